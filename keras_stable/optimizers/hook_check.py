"""Whether the installed Keras calls the private hooks of the gradient guard as it must."""

import functools
import threading
import warnings
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.errors import UnsupportedKerasError
from keras_stable.keras_check import check_backend
from keras_stable.keras_private import KerasHooks, adam_moments, missing_hooks, variable_index
from keras_stable.optimizers.loss_scaling import adapt_loss_scale_optimizer

# Those that every test was run with; see docs/versions.md.
TESTED_KERAS = ("3.10", "3.11", "3.12", "3.13", "3.14", "3.15")
_RATE, _SCALE, _GRADIENT = 0.5, 8.0, 3.0


def check_keras(optimizer_class: type | None = None, version: str | None = None) -> None:
    """Raises unless the hooks of the installed Keras are there, and, in a version without tests, work.

    The tests prove the hooks of the tested versions. Any other version is checked in some milliseconds, at the
    first construction of a guarded optimizer: where it passes, there is one warning for the process.

    Args:
        optimizer_class: The class whose hooks are looked for; `keras.optimizers.Optimizer` by default.
        version: The version to check; that of the installed Keras by default.

    Raises:
        UnsupportedKerasError: When the backend is not TensorFlow, or a hook is missing or not called as it must be.

    >>> check_keras()
    """
    check_backend()
    version = keras.__version__ if version is None else version
    missing = missing_hooks(keras.optimizers.Optimizer if optimizer_class is None else optimizer_class)
    if missing:
        raise UnsupportedKerasError(
            f"The gradient guard needs {' and '.join(missing)}, which this Keras lacks. Received: keras=={version}"
        )
    if ".".join(version.split(".")[:2]) not in TESTED_KERAS:
        _check_untested(version)


@functools.cache
def _check_untested(version: str) -> None:
    wrong = _in_new_thread(mistakes)
    if wrong:
        raise UnsupportedKerasError(
            f"The gradient guard cannot work with this Keras: {wrong[0]}. Received: keras=={version}, where "
            f"{TESTED_KERAS[0]} to {TESTED_KERAS[-1]} are tested"
        )
    warnings.warn(
        f"keras_stable was tested with Keras {TESTED_KERAS[0]} to {TESTED_KERAS[-1]}, not with {version}. "
        "The hooks of its gradient guard were checked, and work.",
        stacklevel=4,
    )


def _in_new_thread(function: Callable[[], list[str]]) -> list[str]:
    # There, TensorFlow has no graph, device or strategy of the caller's, and Keras no scope, name or dtype policy.
    results: list[list[str]] = []
    failures: list[Exception] = []

    def run() -> None:
        try:
            results.append(function())
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return [f"a step of a guarded optimizer fails: {failures[0]}"] if failures else results[0]


def mistakes() -> list[str]:
    """Returns what the installed Keras does differently from what the gradient guard needs; nothing where all is well.

    >>> mistakes()
    []
    """
    return [*_mistakes_of_a_step(), *_mistakes_of_accumulation(), *_mistakes_of_loss_scaling(), *_mistakes_of_adam()]


class _Probe(KerasHooks, keras.optimizers.SGD):
    """Writes down what happens, in order, and what there is then."""

    def __init__(self, weight: keras.Variable, **keywords: Any) -> None:
        super().__init__(_RATE, **keywords)
        # Past Keras's own setter, which would track them.
        object.__setattr__(self, "events", [])
        object.__setattr__(self, "weight", weight)
        self.build([weight])

    def clip_gradients(self, gradients: list[tf.Tensor]) -> list[tf.Tensor]:
        self.events.append(("clip", float(gradients[0][0]), float(self.weight[0]), int(self.iterations)))
        return [gradient / 2 for gradient in gradients]

    def decay_weights(self, variables: list[Any]) -> None:
        object.__setattr__(self, "decayed", True)
        super().decay_weights(variables)

    def sum_gradients(self, gradients: Any) -> list[Any]:
        self.events.append(("sum", float(gradients[0][0][0])))
        return super().sum_gradients(gradients)

    def record_skipped_step(self) -> None:
        self.events.append(("skip",))


def _weight() -> keras.Variable:
    return keras.Variable([1.0], dtype="float32", name="weight")


def _gradient(value: float) -> list[tf.Tensor]:
    return [tf.constant([value])]


def _mistakes_of_a_step() -> list[str]:
    weight = _weight()
    probe = _Probe(weight, loss_scale_factor=_SCALE, weight_decay=0.1)
    probe.apply(_gradient(_GRADIENT * _SCALE))
    if not probe.events or probe.events[0][0] != "clip":
        return ["`_clip_gradients` is not called before the update"]
    wrong = []
    if probe.events[0][1] != _GRADIENT:
        wrong.append("`_clip_gradients` does not get the gradients unscaled")
    if probe.events[0][2:] != (1.0, 0):
        wrong.append("`_clip_gradients` is called after something was updated")
    if probe.events[1:] != [("sum", _GRADIENT / 2)]:
        wrong.append("`_all_reduce_sum_gradients` does not get what `_clip_gradients` returned, once")
    if not hasattr(probe, "decayed"):
        wrong.append("`_apply_weight_decay` is not called")
    decayed = 1.0 - 0.1 * _RATE
    if not np.isclose(float(weight[0]), decayed - _RATE * _GRADIENT / 2):
        wrong.append("the update does not use what the hooks returned")
    if variable_index(probe, weight) != 0:
        wrong.append("`_get_variable_index` does not find a variable")
    return wrong


def _mistakes_of_accumulation() -> list[str]:
    probe = _Probe(_weight(), gradient_accumulation_steps=2)
    probe.apply(_gradient(1.0))
    probe.apply(_gradient(3.0))
    if [event[:2] for event in probe.events] != [("clip", 2.0), ("sum", 1.0)]:
        return ["`_clip_gradients` is not called once, with the mean of the accumulated gradients"]
    return []


def _mistakes_of_loss_scaling() -> list[str]:
    adapt_loss_scale_optimizer()
    probe = _Probe(_weight())
    scaling = keras.optimizers.LossScaleOptimizer(probe, initial_scale=_SCALE)
    scaling.build([probe.weight])
    scaling.apply(_gradient(float("inf")), [probe.weight])
    if probe.events != [("skip",)]:
        return ["`LossScaleOptimizer._stateful_handle_non_finite_grads` is not called for the steps that it skips"]
    scaling.apply(_gradient(_GRADIENT * _SCALE / 2), [probe.weight])
    if [event[:2] for event in probe.events[1:]] != [("clip", _GRADIENT), ("sum", _GRADIENT / 2)]:
        return ["`LossScaleOptimizer` does not hand unscaled gradients to its inner optimizer"]
    return []


def _mistakes_of_adam() -> list[str]:
    weight = _weight()
    adam = keras.optimizers.Adam(_RATE, beta_1=0.75, beta_2=0.5, amsgrad=True)
    adam.build([weight])
    adam.apply(_gradient(_GRADIENT))
    moments = [float(moment[0]) for moment in adam_moments(adam, weight) if moment is not None]
    if not np.allclose(moments, [_GRADIENT / 4, _GRADIENT**2 / 2, _GRADIENT**2 / 2]):
        return ["Adam does not keep its moments in `_momentums`, `_velocities` and `_velocity_hats`"]
    return []
