"""Random changes that a `cache` of a dataset keeps, so that every epoch brings the same ones."""

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from keras_stable.diagnosis.evidence.budget import Deadline
from keras_stable.diagnosis.evidence.data.hashing import row_hashes
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.program.holdings import dataset_steps, step_inputs
from keras_stable.diagnosis.facts import CachedDraws

_RANDOM = re.compile(r"Random|Normal|Multinomial|StatefulUniform|DistortedBoundingBox")
_CALLS_PYTHON = frozenset({"PyFunc", "EagerPyFunc", "PyFuncStateless"})
_COUNTERS, _MIXED = ("Range", "Counter", "Random"), ("Shuffle", "Interleave", "Batch")
_CONSTANT_VALUES = 2**22  # of a function that is read as text
_MOST_ROWS = 1000


def draws_before_cache(dataset: Any, deadline: Deadline) -> CachedDraws | None:
    """Returns what the last `cache` of a dataset keeps of random changes; None where there is no `cache`.

    The functions before it are searched for random operations. Where a Python function stands before it, what it brings
    is read twice: TensorFlow cannot tell what Python draws.

    Args:
        dataset: `tf.data.Dataset`.
        deadline: `Deadline`, after which no more is read.

    >>> import tensorflow as tf
    >>> rows = tf.data.Dataset.from_tensor_slices(tf.zeros((8, 2)))
    >>> noisy = rows.map(lambda x: x + tf.random.normal((2,)))
    >>> draws_before_cache(noisy.cache().batch(4), Deadline()).operations
    ('RandomStandardNormal',)
    >>> kept = draws_before_cache(rows.cache().map(lambda x: x + tf.random.normal((2,))), Deadline())
    >>> kept.operations, kept.behind, draws_before_cache(noisy, Deadline())
    ((), ('RandomStandardNormal',), None)
    """
    cache = next((step for step in dataset_steps(dataset) if "Cache" in type(step).__name__), None)
    if cache is None or not step_inputs(cache):
        return None
    [before] = step_inputs(cache)[:1]
    steps = list(dataset_steps(before))
    within = {id(step) for step in steps}
    behind = [step for step in dataset_steps(dataset) if id(step) not in within and step is not cache]
    names = [type(step).__name__ for step in steps]
    types = _operations(steps)
    sources = [name for step, name in zip(steps, names, strict=True) if not step_inputs(step)]
    rows, changed, same = (0, 0.0, True)
    # What `from_generator` makes is a function of Python, too.
    if not _random(types) and _CALLS_PYTHON & types:
        rows, changed, same = _read_twice(before, any(word in name for name in names for word in _MIXED), deadline)
    return CachedDraws(
        operations=_random(types),
        rows=rows,
        changed=changed,
        same_labels=same,
        behind=_random(_operations(behind)),
        drawn_rows=bool(sources) and all(any(word in name for word in _COUNTERS) for name in sources),
    )


def _random(types: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(name for name in types if _RANDOM.search(name) and not name.endswith("KeyCounter")))


def _operations(steps: Iterable[Any]) -> set[str]:
    """Returns the types of the operations in the functions of some steps, in the functions that these call as well."""
    types: set[str] = set()
    for graph in itertools.chain.from_iterable(map(_graphs, steps)):
        own = graph.get_operations()
        types |= {operation.type for operation in own}
        constants = (output.shape for operation in own if operation.type == "Const" for output in operation.outputs)
        if sum(math.prod(size or 1 for size in shape) for shape in constants if shape.rank) <= _CONSTANT_VALUES:
            called = graph.as_graph_def().library.function
            types |= {node.op for function in called for node in function.node_def}
    return types


def _graphs(step: Any) -> Iterator[Any]:
    """Yields the graphs of the functions of a step that changes rows; one that leaves rows out draws for no row."""
    if "Map" not in type(step).__name__ and "Interleave" not in type(step).__name__:
        return
    for value in vars(step).values():
        graph = getattr(getattr(value, "function", None), "graph", None)
        if graph is not None:
            yield graph


def _read_twice(dataset: Any, mixed: bool, deadline: Deadline) -> tuple[int, float, bool]:
    """Returns how many rows were read twice, the share that changed, and whether their labels were the same."""
    passes, ended = [], []
    for _ in range(2):
        hashes, labels, over = [], [], True
        for element in dataset.as_numpy_iterator():
            inputs, truth = _parts(element, dataset.element_spec)
            hashes += inputs
            labels += truth
            if len(hashes) >= _MOST_ROWS or deadline.over:
                over = False
                break
        passes.append((hashes, labels))
        ended.append(over)
    count = min(len(hashes) for hashes, _ in passes)
    if mixed and not all(ended):
        return 0, 0.0, True  # other rows may have come
    (one, truth), (other, truth_again) = ((hashes[:count], labels[:count]) for hashes, labels in passes)
    if mixed:
        kept = (Counter(one) & Counter(other)).total()
        return count, 1 - kept / max(count, 1), Counter(truth) == Counter(truth_again)
    changed = np.mean([a != b for a, b in zip(one, other, strict=True)]) if count else 0.0
    return count, float(changed), truth == truth_again


def _parts(element: Any, specification: Any) -> tuple[list[bytes], list[bytes]]:
    """Returns the hashes of the inputs and of the labels of an element, row by row where it is a batch."""
    parts = element if isinstance(element, tuple) else (element,)
    shapes = [leaf.shape for leaf in leaves(specification[0] if isinstance(specification, tuple) else specification)]
    batched = all(shape.rank and shape[0] is None for shape in shapes)
    inputs, labels = (_hashes(part, batched) for part in (parts[0], parts[1] if len(parts) > 1 else ()))
    return inputs, labels


def _hashes(part: Any, batched: bool) -> list[bytes]:
    arrays = [np.asarray(leaf) for leaf in leaves(part)]
    return row_hashes(arrays if batched else [array[None] for array in arrays]) if arrays else []
