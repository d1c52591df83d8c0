"""What `run` adds to a `fit`: its gradients, its logs and the live rules, none of which changes what is trained."""

import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_stable.callbacks.audit_callback import AuditCallback
from keras_stable.callbacks.callback_group import CallbackGroup
from keras_stable.callbacks.checkpoint import Checkpoint
from keras_stable.callbacks.dashboard import Dashboard
from keras_stable.callbacks.gradient_norm_logger import GradientNormLogger


class Aside(CallbackGroup):
    """Runs other callbacks on copies of `logs`, so that the program's own callbacks and history see none of their keys.

    Args:
        callbacks: those to run; the later ones see the keys of the earlier.

    Attributes:
        logs: dict of str to list of float, the logs of every epoch so far, as those callbacks left them.
    """

    def __init__(self, callbacks: list[keras.callbacks.Callback]) -> None:
        super().__init__(callbacks)
        self.logs: dict[str, list[float]] = {}

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        own = dict(logs or {})
        super().on_epoch_end(epoch, own)
        for name, value in own.items():
            if np.ndim(value) == 0:
                self.logs.setdefault(name, []).append(float(value))


def aside(log_dir: Path, *, records: bool) -> Aside:
    """Returns the callbacks of one `fit`.

    Args:
        log_dir: where the TensorBoard events go.
        records: bool, whether the optimizer keeps its gradient norms.
    """
    gradients = [GradientNormLogger()] if records else []
    audit = AuditCallback()
    return Aside([*gradients, audit, Dashboard(log_dir, into_logs=False, audit=audit)])


def checkpoint(directory: Path, every: str, callbacks: Any) -> list[keras.callbacks.Callback]:
    """Returns the callback that has one `fit` of a program go on after a death; none where it has one of its own.

    Signals that the program handles itself are left to it.

    Args:
        directory: of this `fit`.
        every: str, how often, as `Checkpoint` takes it.
        callbacks: those of the `fit`, as it was given them.
    """
    if any(
        isinstance(callback, Checkpoint) for callback in keras.tree.flatten(getattr(callbacks, "callbacks", callbacks))
    ):
        return []
    unhandled = (signal.SIG_DFL, signal.default_int_handler)
    signals = all(signal.getsignal(number) in unhandled for number in (signal.SIGTERM, signal.SIGINT))
    return [Checkpoint(directory, every, signals=signals)]


def with_callback(arguments: Mapping[str, Any], *more: keras.callbacks.Callback) -> dict[str, Any]:
    """Returns arguments of `fit` with some callbacks more, after all others.

    >>> sorted(with_callback({"epochs": 2}, Aside([])))
    ['callbacks', 'epochs']
    """
    callbacks = arguments.get("callbacks")
    if isinstance(callbacks, keras.callbacks.CallbackList):
        # `fit` takes such a list as it is, and introduces nobody.
        for callback in more:
            callback.set_model(callbacks.model)
            callback.set_params(callbacks.params or {})
            callbacks.callbacks.append(callback)
        return dict(arguments)
    own = [] if callbacks is None else list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]
    return {**arguments, "callbacks": [*own, *more]}
