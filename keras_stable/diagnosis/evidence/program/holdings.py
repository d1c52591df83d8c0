"""How many rows a stream could bring, as far as the objects that it is made of show."""

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_stable.diagnosis.evidence.data.stream_kinds import is_dataset

_SEARCHED_BYTES = 2**27
_MOST_OBJECTS = 2000
_ITEMS = 100


def held_rows(source: Any, head: np.ndarray | None) -> int:
    """Returns how many rows the array has from which the first rows of a stream come; 0 where none is seen.

    Looked at are the attributes of an object, the steps of a dataset, and the variables of a generator and of the
    function that makes one.

    Args:
        source: `PyDataset`, generator, dataset or loader.
        head: array [n, ...], the first inputs that it brought; None where these are no numbers.

    >>> def batches(x):
    ...     while True:
    ...         yield x[:2], x[:2]
    >>> started = batches(np.arange(12.0).reshape(6, 2))
    >>> held_rows(started, next(started)[0])
    6
    """
    if head is None or not len(head):
        return 0
    return max((len(array) for array in _arrays(source) if _holds(array, head[0])), default=0)


def is_whole(source: Any) -> bool:
    """Returns whether a dataset is known to bring all rows of its tensors, whatever else is done to them.

    What stops before the end (`take`, `skip`, `shard`) or asks a Python function for its rows may leave some out.
    """
    if not is_dataset(source):
        return False
    for step in dataset_steps(source):
        name, before = type(step).__name__, step_inputs(step)
        if any(word in name for word in ("Take", "Skip", "Shard")):
            if len(before) != 1 or int(step.cardinality()) != int(before[0].cardinality()):
                return False
        elif not before and "TensorSlice" not in name and "Range" not in name:
            return False
    return True


def dataset_steps(dataset: Any) -> Iterator[Any]:
    """Yields a dataset and all that it is made from."""
    waiting, count = [dataset], 0
    while waiting and count < _MOST_OBJECTS:
        step = waiting.pop()
        count += 1
        yield step
        waiting += step_inputs(step)


def step_inputs(step: Any) -> list[Any]:
    """Returns the datasets that a step of a dataset reads."""
    return [value for held in vars(step).values() for value in _items(held) if is_dataset(value)]


def _arrays(source: Any) -> Iterator[np.ndarray]:
    """Yields the arrays that something holds, directly or through functions, containers and steps of a dataset."""
    waiting, seen = [source], set[int]()
    while waiting and len(seen) < _MOST_OBJECTS:
        owner = waiting.pop(0)
        if id(owner) in seen:
            continue
        seen.add(id(owner))
        for value in _variables(owner):
            if isinstance(value, np.ndarray):
                yield value
            elif hasattr(value, "numpy") and len(getattr(value, "shape", ())) > 1:
                yield np.asarray(value)
            elif _is_opened(value):
                waiting.append(value)


def _is_opened(value: Any) -> bool:
    kinds = isinstance(value, list | tuple | dict) or inspect.isfunction(value) or inspect.isgenerator(value)
    module = type(value).__module__
    return kinds or (module.startswith("tensorflow.") and ".data." in module)


def _variables(owner: Any) -> list[Any]:
    if isinstance(owner, list | tuple | dict):
        return _items(owner)
    if inspect.isgenerator(owner):
        used = owner.gi_frame.f_globals if owner.gi_frame is not None else {}
        named = [used[name] for name in owner.gi_code.co_names if name in used]
        return [*inspect.getgeneratorlocals(owner).values(), *named]
    if inspect.isfunction(owner):
        closed = inspect.getclosurevars(owner)
        outside = {} if owner.__module__.startswith("tensorflow.") else closed.globals
        return [*closed.nonlocals.values(), *outside.values()]
    return list(vars(owner).values()) if hasattr(owner, "__dict__") else []


def _items(value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    return list(value[:_ITEMS]) if isinstance(value, list | tuple) else [value]


def _holds(array: np.ndarray, row: np.ndarray) -> bool:
    if array.shape[1:] != row.shape or array.ndim < 2 or array.dtype.kind not in "biuf":
        return False
    if array.nbytes > _SEARCHED_BYTES:
        array = array[: max(1, _SEARCHED_BYTES // max(1, array[:1].nbytes))]
    axes = tuple(range(1, array.ndim))
    return bool(np.isclose(array, row, rtol=1e-6, atol=0).all(axis=axes).any())
