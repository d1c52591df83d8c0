"""Takes the step of an event again, with whatever is to be changed about it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.errors import InvalidArgumentError
from keras_stable.keras_private import learning_rate_source, replace_learning_rate_source
from keras_stable.optimizers.of_models import innermost
from keras_stable.stability.detection import RUN
from keras_stable.stability.double_precision import float64_copy, loss_and_norm
from keras_stable.stability.rates import SettableRate
from keras_stable.stability.watcher import Watcher
from keras_stable.stability.weight_watch import grown


@dataclass(frozen=True)
class Outcome:
    """What one trial has shown.

    Attributes:
        what: str; what was repeated, and what was changed.
        loss: float; of the step, or the median of the last ones of several.
        norm: float; of the gradient before any clip; NaN where it was not measured.
        bad: bool; whether a healthy step is not like that. None where the trial could not be made.
        by_weights: bool; whether it is bad only by what it made of weights or statistics.
        note: str; why it could not.
    """

    what: str
    loss: float = math.nan
    norm: float = math.nan
    bad: bool | None = None
    by_weights: bool = False
    note: str = ""


class ReplayBench:
    """The model of an event with its states; as a context manager it watches the model's steps.

    Args:
        model: `keras.Model`, compiled as in the run.
        structure: nest of int or None; which array of a batch stands where.
        limits: mapping with "loss" and "norm", which a healthy step stays below; None is no limit.
    """

    def __init__(self, model: keras.Model, structure: Any, limits: Mapping[str, float | None]) -> None:
        self.model = model
        self._structure = structure
        self._limits = {name: math.inf if limit is None else limit for name, limit in limits.items()}
        self._watcher = Watcher(model, nonfinite_steps=1)
        self._rates: list[Any] = []

    def __enter__(self) -> "ReplayBench":
        self._watcher.__enter__()
        self._parts = self._watcher.state.parts()
        for control in self._watcher.rates:
            self._rates.append(_settable_rate(control.optimizer))
        self.model.make_train_function(force=True)
        return self

    def __exit__(self, *exception: Any) -> None:
        self._watcher.__exit__(*exception)

    def steps(
        self,
        what: str,
        state: Mapping[str, Any],
        batches: Sequence[list[np.ndarray]],
        rates: Sequence[float | None],
        level: float | None = None,
    ) -> Outcome:
        """Takes some steps from a state.

        Args:
            what: what this trial is called.
            state: of all variables, as kept.
            batches: of each step.
            rates: of each optimizer.
            level: what 8 losses in a row must not pass, or the median of fewer. Default: what a single one must not.
        """
        self._put_back(state)
        for settable, rate in zip(self._rates, rates, strict=False):
            settable.assign(0.0 if rate is None else rate)
        before = {name: float(row[0]) for name, row in self._watcher.state.weight_figures().items()}
        losses: list[float] = []
        norms: list[float] = []
        for batch in batches:
            self.model.reset_metrics()
            x, y, sample_weight = self._unpacked(batch)
            self.model.train_on_batch(x, y, sample_weight)
            losses += self._watcher.read()[:, 0].tolist()
            norms += self._watcher.new_norms.tolist()
        figures = self._watcher.state.weight_figures()
        broken = not np.isfinite(list(figures.values())).all() or bool(grown(before, figures, self._watcher.state))
        last = losses[-4:]
        loss, norm = float(np.median(last)), float(norms[-1]) if norms else math.nan
        bad = self._is_bad(last, norms[-1:]) or (level is not None and _lasting(losses) > level)
        return Outcome(what, loss, norm, broken or bad, by_weights=broken and not bad)

    def in_float64(self, what: str, state: Mapping[str, Any], batch: list[np.ndarray]) -> Outcome:
        """Computes the loss and the gradient of a batch in float64."""
        self._put_back(state)
        try:
            loss, norm = loss_and_norm(float64_copy(self.model), *self._unpacked(batch))
        except (ValueError, TypeError, NotImplementedError, AttributeError, tf.errors.OpError) as error:
            return Outcome(what, note=f"not possible: {str(error).splitlines()[0]}")
        return Outcome(what, loss, norm, self._is_bad([loss], [norm]))

    def without_xla(self, what: str, state: Mapping[str, Any], batch: list[np.ndarray], rates: Any) -> Outcome:
        """Takes the step without XLA."""
        self.model.jit_compile = False
        self.model.make_train_function(force=True)
        try:
            return self.steps(what, state, [batch], rates)
        finally:
            self.model.jit_compile = True
            self.model.make_train_function(force=True)

    def _is_bad(self, losses: Sequence[float], norms: Sequence[float]) -> bool:
        level = float(np.median(losses))
        too_large = level > self._limits["loss"] or any(norm > self._limits["norm"] for norm in norms)
        return too_large or not np.isfinite([*losses, *norms]).all()

    def _put_back(self, state: Mapping[str, Any]) -> None:
        # A loaded model may name its variables otherwise, and has one replica; the order is the same.
        kept = {key.split(":", 2)[0]: value for key, value in reversed(list(state.items()))}
        parts = {key.split(":", 2)[0]: part for key, part in self._parts.items()}
        for place, value in kept.items():
            part = parts.get(place)
            if part is None or tuple(part.shape) != np.shape(value):
                raise InvalidArgumentError(
                    f"`model` must be the one of the event, compiled in the same way. Received: model={self.model.name}"
                )
            part.assign(tf.cast(value, part.dtype))

    def _unpacked(self, batch: list[np.ndarray]) -> tuple[Any, Any, Any]:
        data = _filled(self._structure, batch)
        parts = data if isinstance(data, tuple) else (data,)
        x, y, sample_weight = (*parts, None, None)[:3]
        return x, y, sample_weight


def _lasting(losses: Sequence[float]) -> float:
    """Returns what the losses of a run have stayed above anywhere: a high rate may recover before the last step."""
    if len(losses) < RUN:
        return float(np.median(losses))
    return max(min(losses[first : first + RUN]) for first in range(len(losses) - RUN + 1))


def _filled(structure: Any, arrays: list[np.ndarray]) -> Any:
    if isinstance(structure, dict):
        return {key: _filled(item, arrays) for key, item in structure.items()}
    if isinstance(structure, tuple | list):
        return type(structure)(_filled(item, arrays) for item in structure)
    return None if structure is None else arrays[structure]


def _settable_rate(optimizer: Any) -> Any:
    """Returns what holds the rate of an optimizer, and takes the place of a schedule."""
    inner = innermost(optimizer)
    source = learning_rate_source(inner)
    if isinstance(source, keras.Variable):
        return source
    rate = SettableRate(float(np.asarray(inner.learning_rate)))
    replace_learning_rate_source(inner, rate)
    return rate
