"""What the gradient guard measured, one row a step, as arrays."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_stable.errors import invalid_argument
from keras_stable.optimizers.gradient_ring import UNWRITTEN


@dataclass(frozen=True)
class GradientHistory:
    """The steps between two reads, oldest first: k steps, n variables.

    A step is one update, or one skipped attempt at it; `step` counts both from the optimizer's first.
    A variable that got no gradient in a step has a norm of NaN in it.

    Attributes:
        step: Number of each step, `[k]` int64.
        global_norm: Norm over all variables before any clip, `[k]`; NaN or infinite where `finite` is False.
        applied_norm: The same after all clips, `[k]`; 0 where the step was skipped.
        variable_norm: Norm of each variable's gradient before any clip, `[k, n]`.
        applied_variable_norm: The same after all clips, `[k, n]`.
        finite: False where the step was skipped because a gradient was NaN or infinite, `[k]` bool.
        variable_paths: Path of each variable, n strings.
        skipped_steps: How many steps were skipped since the last read, for either reason, overwritten ones included.
        overwritten_steps: How many steps the ring lost since the last read.
        spike: True where the step was skipped as a spike (`skip_spikes` of the optimizer), `[k]` bool.
        weight_norm: Norm of each variable's weights after the step, `[k, n]`; None where it was not asked for with
            `record` of the optimizer.
        update_norm: Norm of what the step has added to each variable's weights, weight decay and constraints included,
            `[k, n]`, 0 where the step was skipped; None where it was not asked for.
        second_moment_norm: Norm of the running mean of squared gradients that the optimizer keeps of each variable,
            as it is stored after the step, `[k, n]`; NaN where it keeps none, None where it was not asked for.
    """

    step: np.ndarray
    global_norm: np.ndarray
    applied_norm: np.ndarray
    variable_norm: np.ndarray
    applied_variable_norm: np.ndarray
    finite: np.ndarray
    variable_paths: tuple[str, ...]
    skipped_steps: int
    overwritten_steps: int
    spike: np.ndarray = None  # type: ignore[assignment]
    weight_norm: np.ndarray | None = None
    update_norm: np.ndarray | None = None
    second_moment_norm: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.spike is None:
            object.__setattr__(self, "spike", np.zeros(len(self.step), bool))

    @property
    def update_ratio(self) -> np.ndarray | None:
        """The update norm over the weight norm, `[k, n]`, NaN where the weights are 0; None where one is missing."""
        if self.weight_norm is None or self.update_norm is None:
            return None
        nothing = np.full_like(self.update_norm, np.nan)
        return np.divide(self.update_norm, self.weight_norm, out=nothing, where=self.weight_norm != 0)

    def __len__(self) -> int:
        return len(self.step)


class GradientHistoryReader:
    """Reads an optimizer's history with a place of its own, so that several readers never starve each other.

    Args:
        optimizer: An optimizer of `keras_stable.optimizers`, or a `LossScaleOptimizer` around one.
        from_start: Whether the first read begins with the oldest step still held; by default it begins
            with the steps after this reader was made.

    Raises:
        InvalidArgumentError: When the optimizer keeps no history.

    >>> import keras, keras_stable
    >>> optimizer = keras_stable.optimizers.SGD(0.1)
    >>> weight = keras.Variable([1.0], name="weight")
    >>> optimizer.build([weight])
    >>> reader = GradientHistoryReader(optimizer)
    >>> optimizer.apply([keras.ops.convert_to_tensor([2.0])])
    >>> reader.read().global_norm.tolist(), len(reader.read())
    ([2.0], 0)
    """

    def __init__(self, optimizer: Any, *, from_start: bool = False) -> None:
        self._optimizer = guarded_optimizer(optimizer)
        ring = self._optimizer.gradient_ring
        self._written, self._skipped, self._cleared = 0, 0, 0
        if ring is not None and not from_start:
            self._written, self._skipped = ring.read_counts()
            self._cleared = ring.cleared

    def batches_between_reads(self, steps_per_execution: int) -> int:
        """Returns how many calls of so many steps may pass between two reads: half the ring, so no step is lost."""
        return max(1, self._optimizer.history_size // (2 * steps_per_execution))

    def read(self) -> GradientHistory:
        """Returns every step since this reader's last read, up to the size of the ring."""
        ring = self._optimizer.gradient_ring
        if ring is None:
            return _history(np.zeros((0, 3), "float32"), 0, (), (), 0, 0)
        if self._cleared != ring.cleared:
            # A load has set the counts, back or ahead.
            self._cleared, (self._written, self._skipped) = ring.cleared, ring.counts_when_cleared
        written, skipped = ring.read_counts()
        first, skipped_before = self._written, self._skipped
        rows = ring.read_rows(first, written)
        rows = rows[rows[:, 0] != UNWRITTEN]
        self._written, self._skipped = written, skipped
        return _history(
            rows, written, ring.paths, ring.layer_norms, skipped - skipped_before, written - first - len(rows)
        )


def gradient_history(optimizer: Any) -> GradientHistory:
    """Returns every step since the last call for this optimizer, up to the size of its ring.

    Reads by callbacks do not count as calls: each has a `GradientHistoryReader` of its own.

    Args:
        optimizer: An optimizer of `keras_stable.optimizers`, or a `LossScaleOptimizer` around one.

    Raises:
        InvalidArgumentError: When the optimizer keeps no history.

    >>> import keras, keras_stable
    >>> optimizer = keras_stable.optimizers.SGD(0.1, global_clipnorm=0.5)
    >>> optimizer.build([keras.Variable([1.0, 1.0], name="weight")])
    >>> optimizer.apply([keras.ops.convert_to_tensor([3.0, 4.0])])
    >>> history = gradient_history(optimizer)
    >>> history.global_norm.tolist(), history.applied_norm.tolist(), history.variable_paths
    ([5.0], [0.5], ('weight',))
    """
    return guarded_optimizer(optimizer).history_reader.read()


def guarded_optimizer(optimizer: Any) -> Any:
    """Returns the optimizer that keeps the history: the given one, or the one inside its wrapper.

    Raises:
        InvalidArgumentError: When there is none.
    """
    inner = optimizer
    while not hasattr(inner, "gradient_ring"):
        if getattr(inner, "inner_optimizer", None) is None:
            raise invalid_argument(
                "optimizer", "an optimizer of keras_stable.optimizers, or a LossScaleOptimizer around one", optimizer
            )
        inner = inner.inner_optimizer
    return inner


def _history(
    rows: np.ndarray,
    written: int,
    paths: tuple[str, ...],
    layer_norms: tuple[str, ...],
    skipped_steps: int,
    overwritten_steps: int,
) -> GradientHistory:
    n, finite = len(paths), np.isfinite(rows[:, 0])
    starts = {name: 3 + (2 + i) * n for i, name in enumerate(layer_norms)}
    return GradientHistory(
        step=np.arange(written - len(rows), written, dtype="int64"),
        global_norm=rows[:, 0],
        applied_norm=rows[:, 1],
        variable_norm=rows[:, 3 : 3 + n],
        applied_variable_norm=rows[:, 3 + n : 3 + 2 * n],
        finite=finite,
        spike=finite & (rows[:, 2] > 0),
        variable_paths=paths,
        skipped_steps=skipped_steps,
        overwritten_steps=overwritten_steps,
        **{name: rows[:, start : start + n] for name, start in starts.items()},
    )
