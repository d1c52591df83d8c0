"""Helpers for the tests of others: whether a training goes on as if nothing had been, wherever it is killed."""

import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_stable import keras_check  # noqa: F401  (it fails first, with one clear line)
from keras_stable.callbacks.checkpoint import Checkpoint
from keras_stable.checkpoints.store import CheckpointStore
from keras_stable.checkpoints.variables import same_values, training_variables
from keras_stable.errors import invalid_argument

__all__ = ["assert_resumes_everywhere"]


def assert_resumes_everywhere(
    build: Callable[[], Any],
    x: Any = None,
    y: Any = None,
    *,
    at: Collection[int] | None = None,
    seed: int = 0,
    **fit_arguments: Any,
) -> int:
    """Trains with a checkpoint after every step, goes on from each of them, and compares what comes out.

    All weights, moving statistics, optimizer and random states must be equal in every bit, and the logs of every epoch
    equal. All of it happens in this process. Source: Grain's `assert_equal_output_after_checkpoint`, for iterators.

    Args:
        build: called without arguments for each training; returns a compiled model, or a pair of that and a mapping of
            arguments of `fit`. Callbacks and data that keep a state must be made in it. Before it,
            `keras.utils.set_random_seed(seed)` is called.
        x, y: as `fit` takes them. Default: none, where `build` returns them.
        at: numbers of the steps, from 1, after which it is gone on. Default: all.
        seed: int, of the random numbers. Default 0.
        fit_arguments: further arguments of `fit`, such as `epochs`. `verbose` is 0 by default.

    Returns:
        How many checkpoints were gone on from.

    Raises:
        AssertionError: something differs; the message says from which checkpoint on, and what.
        InvalidArgumentError: `build` returns something else.

    >>> def build():
    ...     model = keras.Sequential([keras.Input((2,)), keras.layers.Dropout(0.5), keras.layers.Dense(1)])
    ...     model.compile("adam", "mse", run_eagerly=True)
    ...     return model
    >>> assert_resumes_everywhere(build, np.ones((8, 2)), np.ones((8, 1)), batch_size=4, epochs=2)
    6
    """
    given = {"x": x, "y": y, **fit_arguments}
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        expected = _train(build, given, root / "all", seed)
        paths = [path for path in CheckpointStore(root / "all" / "fit_1").paths() if at is None or _step(path) in at]
        for path in paths:
            shutil.copytree(path, root / path.name / "fit_1" / path.name)
            received = _train(build, given, root / path.name, seed)
            _compare(expected, received, path.name)
            shutil.rmtree(root / path.name)
    return len(paths)


@dataclass(frozen=True)
class _Outcome:
    values: list[tuple[str, np.ndarray]]
    history: dict[str, list[Any]]


def _train(build: Callable[[], Any], given: Mapping[str, Any], directory: Path, seed: int) -> _Outcome:
    keras.utils.set_random_seed(seed)
    built = build()
    model, own = built if isinstance(built, tuple) and len(built) == 2 else (built, {})
    if not isinstance(model, keras.Model) or not isinstance(own, Mapping):
        raise invalid_argument("build", "a function that returns a model, or a model and arguments of `fit`", built)
    arguments = {"verbose": 0, **given, **own}
    checkpoint = Checkpoint(directory, "1 step", keep=2**31, background=False, signals=False)
    callbacks = [*keras.tree.flatten(arguments.pop("callbacks", None) or []), checkpoint]
    history = model.fit(**arguments, callbacks=callbacks)
    values = [(variable.path, np.asarray(variable.value)) for variable in training_variables(model)]
    return _Outcome(values, dict(history.history))


def _compare(expected: _Outcome, received: _Outcome, where: str) -> None:
    assert received.history.keys() == expected.history.keys(), f"from {where} on the logs have other keys"
    for name, values in expected.history.items():
        same = np.array_equal(np.asarray(values), np.asarray(received.history[name]), equal_nan=True)
        assert same, f"from {where} on the logs differ: {name} is {received.history[name]} and was {values}"
    assert len(expected.values) == len(received.values), f"from {where} on there are other variables"
    for (path, value), (_, other) in zip(expected.values, received.values, strict=True):
        assert same_values(value, other), f"from {where} on {path} differs"


def _step(path: Path) -> int:
    return int(path.name.split("-")[1])
