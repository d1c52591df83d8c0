"""What the batches of a `fit` come from, and whether a later process gets them again in the same order."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf

from keras_stable.keras_private import (
    batches_of,
    dataset_inputs,
    dataset_keeps_order,
    dataset_operations,
    dataset_seeds,
    dataset_variables,
    is_dataset,
    is_parallel,
    operations_are_deterministic,
    replace_batches,
    tensorflow_random_state,
)

# TensorFlow's operations that draw from a state of their own.
_DRAWING = {
    "RandomUniform",
    "RandomUniformInt",
    "RandomStandardNormal",
    "TruncatedNormal",
    "RandomShuffle",
    "Multinomial",
    "RandomGammaV2",
    "RandomPoissonV2",
    "SampleDistortedBoundingBoxV2",
}
ORDER_SEEDS = 2**31 - 1


def source_of(iterator: Any) -> Any:
    """Returns what the data of an epoch iterator are kept in: a `PyDataset`, a dataset, or the adapter of others."""
    adapter = iterator.data_adapter
    dataset = getattr(adapter, "py_dataset", None)
    if dataset is not None:
        return dataset
    kind = type(adapter).__name__
    return adapter.get_tf_dataset() if kind == "TFDatasetAdapter" else adapter


def is_array_source(iterator: Any) -> bool:
    """Returns whether `fit` was given arrays."""
    return type(iterator.data_adapter).__name__ == "ArrayDataAdapter"


def cannot_be_replayed(iterator: Any) -> list[str]:
    """Returns what keeps the batches from coming again in the same order, in words; nothing where they do."""
    source = source_of(iterator)
    if isinstance(source, keras.utils.PyDataset) or is_array_source(iterator):
        return []
    if is_dataset(source):
        return list(dict.fromkeys(_of_datasets(source)))
    kinds = {"GeneratorDataAdapter": "a Python generator, which begins anew in every process"}
    name = type(iterator.data_adapter).__name__
    return [kinds.get(name, f"data of a kind that is not known how to skip in ({name})")]


def _of_datasets(dataset: Any) -> Iterator[str]:
    options = dataset.options() if isinstance(dataset, tf.data.Dataset) else None
    if options is not None and options.deterministic is False:
        yield "a tf.data pipeline with `options.deterministic = False`"
    pending = [dataset]
    while pending:
        current = pending.pop()
        pending += dataset_inputs(current)
        yield from _of_dataset(current)


def _of_dataset(dataset: Any) -> Iterator[str]:
    if not dataset_keeps_order(dataset):
        yield "a tf.data pipeline with `deterministic=False`"
    if dataset_seeds(dataset) == (0, 0):
        yield "a tf.data pipeline that shuffles without a seed (`keras.utils.set_random_seed` gives one)"
    operations = dataset_operations(dataset)
    races = is_parallel(dataset) and not operations_are_deterministic()
    drawing = [operation for operation in operations if operation.type in _DRAWING]
    if any(operation.get_attr("seed") == operation.get_attr("seed2") == 0 for operation in drawing):
        yield "a tf.data pipeline with random operations without a seed"
    elif drawing and races:
        yield "a tf.data pipeline with random operations in a parallel `map` (stateless ones keep their order)"
    if races and _changes_variables(dataset):
        yield "a tf.data pipeline that changes variables in a parallel `map`, as a Keras layer does that draws numbers"


def changed_variables(iterator: Any) -> list[Any]:
    """Returns the variables that a tf.data pipeline changes, such as the random state of a Keras layer in a `map`."""
    source = source_of(iterator)
    variables: dict[int, Any] = {}
    pending = [source] if is_dataset(source) else []
    while pending:
        current = pending.pop()
        pending += dataset_inputs(current)
        if _changes_variables(current):
            variables |= {id(variable): variable for variable in dataset_variables(current)}
    return list(variables.values())


def _changes_variables(dataset: Any) -> bool:
    return any(operation.type.startswith("Assign") for operation in dataset_operations(dataset))


class ArrayOrder:
    """Gives arrays that `fit` shuffles an order that depends on a seed and the pass, where they have none.

    With TensorFlow's global seed, as `keras.utils.set_random_seed` sets it, Keras's own order can be replayed, and
    stays. Without one it is drawn anew in each process; then this class shuffles in its place.

    Args:
        iterator: the epoch iterator of `fit`.
        seed: int, of the order.
    """

    def __init__(self, iterator: Any, seed: int) -> None:
        self.seed = seed
        self._pass: tf.Variable | None = None
        if tensorflow_random_state()[0] is None and is_array_source(iterator):
            self._replace(iterator)

    def begin_pass(self, number: int) -> None:
        """Chooses the order of a pass over the arrays."""
        if self._pass is not None:
            self._pass.assign(number)

    def _replace(self, iterator: Any) -> None:
        shuffled: list[Any] = []
        number = tf.Variable(0, dtype=tf.int64, trainable=False)

        def shuffle(values: tf.Tensor, *arguments: Any, **more: Any) -> tf.Tensor:
            shuffled.append(values)
            return tf.random.experimental.stateless_shuffle(values, seed=tf.stack([self.seed, number]))

        with _shuffling_by(shuffle):
            dataset = iterator.data_adapter.get_tf_dataset()
        if shuffled:
            self._pass = number
            replace_batches(iterator, dataset)


@contextmanager
def _shuffling_by(shuffle: Any) -> Iterator[None]:
    """Keras's adapter of arrays looks `tf.random.shuffle` up while it is traced, and takes no seed."""
    original = tf.random.shuffle
    tf.random.shuffle = shuffle
    try:
        yield
    finally:
        tf.random.shuffle = original


def element_spec(iterator: Any) -> Any:
    """Returns the spec of a batch."""
    return batches_of(iterator).element_spec
