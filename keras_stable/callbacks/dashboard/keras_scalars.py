"""Keras's own TensorBoard callback beside the dashboard: what would be shown twice is left to the dashboard."""

import os
from collections.abc import Callable, Iterable
from typing import Any

import keras


class KerasScalars:
    """Keeps `keras.callbacks.TensorBoard` from writing its scalars of each epoch as long as a training lasts.

    Its losses and metrics would be further cards beside those of the dashboard, each in a section of its own. What
    else it writes stays: the graph, histograms, embeddings, profiles, scalars of batches, and those of the program.
    One that writes to a directory that has nothing to do with the dashboard's is left alone.

    Args:
        callbacks: those of the `fit`.
        log_dir: the directory of the dashboard.
    """

    def __init__(self, callbacks: Iterable[keras.callbacks.Callback], log_dir: str) -> None:
        self._quiet = [
            callback
            for callback in callbacks
            if isinstance(callback, keras.callbacks.TensorBoard) and _nested(str(callback.log_dir), log_dir)
        ]
        for callback in self._quiet:
            vars(callback)["on_epoch_end"] = _without_logs(callback.on_epoch_end)
            vars(callback)["on_test_end"] = _without_logs(callback.on_test_end)

    def give_back(self) -> None:
        """Lets them write again."""
        for callback in self._quiet:
            vars(callback).pop("on_epoch_end", None)
            vars(callback).pop("on_test_end", None)
        self._quiet = []


def _without_logs(method: Callable[..., Any]) -> Callable[..., Any]:
    def without_logs(*arguments: Any, logs: Any = None) -> Any:
        # `on_epoch_end` has the epoch first, `on_test_end` nothing; Keras passes `logs` by position in some versions.
        first = [argument for argument in arguments if not isinstance(argument, dict) and argument is not None]
        return method(*first, logs={})

    return without_logs


def _nested(one: str, other: str) -> bool:
    if "://" in one or "://" in other:
        return one.rstrip("/") == other.rstrip("/")
    paths = [os.path.realpath(path) for path in (one, other)]
    return os.path.commonpath(paths) in paths
