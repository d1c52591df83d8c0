"""The loss of every training step, kept inside the compiled step, in a ring of non-trainable variables."""

import inspect
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf

_COLUMNS = 2


class StepRecord:
    """The rows of the last steps: loss, and whether every prediction named one class while the labels did not.

    Args:
        capacity: int; how many steps it holds. Default 1024.

    >>> record = StepRecord()
    >>> record.write(tf.constant(0.5), tf.constant(False))
    >>> record.read().tolist(), len(record.read())
    ([[0.5, 0.0]], 0)
    """

    def __init__(self, capacity: int = 1024) -> None:
        self.capacity = capacity
        self._strategy = tf.distribute.get_strategy()
        common = {"trainable": False, "aggregation": "only_first_replica"}
        self._rows = keras.Variable("zeros", shape=(capacity, _COLUMNS), dtype="float32", name="step_rows", **common)
        self._count = keras.Variable("zeros", shape=(), dtype="int64", name="step_count", **common)
        self._seen = 0

    def write(self, loss: tf.Tensor, collapsed: tf.Tensor) -> None:
        """Appends one row; in the replica context of a strategy, to this replica's copy."""
        row = [tf.reshape(tf.cast(value, "float32"), [1]) for value in (loss, collapsed)]
        # The handle is that of this replica's copy, whose loss is its own.
        count = self._count.value.handle
        place = tf.math.floormod(tf.raw_ops.ReadVariableOp(resource=count, dtype=tf.int64), self.capacity)
        tf.raw_ops.ResourceScatterUpdate(resource=self._rows.value.handle, indices=place, updates=tf.concat(row, 0))
        tf.raw_ops.AssignAddVariableOp(resource=count, value=tf.constant(1, tf.int64))

    def read(self) -> np.ndarray:
        """Returns the rows since the last read, float `[steps, 2]`; the losses of replicas are parts, and summed."""
        copies = self._strategy.experimental_local_results(self._rows.value)
        count = int(self._strategy.experimental_local_results(self._count.value)[0])
        first, self._seen = max(self._seen, count - self.capacity), count
        index = np.arange(first, count) % self.capacity
        rows = np.stack([np.asarray(copy.read_value())[index] for copy in copies])
        return np.stack([rows[:, :, 0].sum(axis=0), rows[:, :, 1].min(axis=0)], axis=1)


@contextmanager
def recorded_steps(model: keras.Model, record: StepRecord) -> Iterator[None]:
    """Has every training step of `fit` leave its loss in a record, and changes nothing else that it does.

    What is recorded is taken as `train_step` computes it and written at its end, so that no random number of the
    step changes. Of a `train_step` that does not call `compute_loss` it is the sum of the losses among its results.
    """
    kept = {name: vars(model).get(name) for name in ("compute_loss", "train_step")}
    compute_loss, train_step = model.compute_loss, model.train_step
    taken = threading.local()  # replicas are traced in threads of their own

    def watched_loss(*arguments: Any, **keywords: Any) -> Any:
        loss = compute_loss(*arguments, **keywords)
        if getattr(taken, "losses", None) is not None:
            taken.losses.append((loss, *_labels_and_answers(compute_loss, arguments, keywords)))
        return loss

    def watched_step(*arguments: Any, **keywords: Any) -> Any:
        taken.losses = []
        try:
            results = train_step(*arguments, **keywords)
            losses = taken.losses
        finally:
            taken.losses = None
        if len(losses) == 1:
            loss, labels, answers = losses[0]
            record.write(loss, _collapsed(labels, answers))
        else:
            record.write(_sum_of_losses(results), tf.constant(False))
        return results

    watching = {"compute_loss": watched_loss, "train_step": watched_step}
    for name, function in watching.items():
        setattr(model, name, function)
    model.make_train_function(force=True)
    try:
        yield
    finally:
        for name, function in watching.items():
            # Another callback may have put its own around it meanwhile.
            if vars(model).get(name) is function:
                delattr(model, name) if kept[name] is None else setattr(model, name, kept[name])
        model.make_train_function(force=True)


def _labels_and_answers(compute_loss: Any, arguments: tuple, keywords: dict[str, Any]) -> tuple[Any, Any]:
    try:
        bound = inspect.signature(compute_loss).bind(*arguments, **keywords).arguments
    except (TypeError, ValueError):
        return None, None
    return bound.get("y"), bound.get("y_pred")


def _collapsed(labels: Any, answers: Any) -> tf.Tensor:
    """Whether all answers `[n, classes]` name one class and the labels, ids or one-hot, do not."""
    answers = answers if tf.is_tensor(answers) else None
    if answers is None or not tf.is_tensor(labels) or answers.shape.rank != 2 or (answers.shape[-1] or 0) < 2:
        return tf.constant(False)
    if labels.shape.rank == 2 and labels.shape[-1] == answers.shape[-1]:
        classes = tf.argmax(labels, -1)
    elif labels.shape.rank == 1 or (labels.shape.rank == 2 and labels.shape[-1] == 1):
        classes = tf.reshape(labels, [-1])
    else:
        return tf.constant(False)
    named = tf.argmax(answers, -1)
    return tf.reduce_all(named[:1] == named) & tf.reduce_any(classes[:1] != classes)


def _sum_of_losses(results: Any) -> tf.Tensor:
    if not isinstance(results, dict):
        results = {"loss": results}
    scalars = {name: value for name, value in results.items() if "loss" in str(name)}
    return tf.add_n([tf.reduce_sum(tf.cast(value, "float32")) for value in scalars.values()] or [tf.constant(0.0)])
