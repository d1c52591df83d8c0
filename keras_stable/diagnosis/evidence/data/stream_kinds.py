"""What brings its own batches, told apart as `fit` does. Imports no TensorFlow."""

import copy
import inspect
import sys
from typing import Any

_COPIED_BYTES = 2**28
# Classes whose objects `fit` iterates over, by name and module: it needs neither package, and neither do we.
_LOADERS = (
    ("DataLoader", "torch.utils.data"),
    ("DataLoader", "grain"),
    ("MapDataset", "grain"),
    ("IterDataset", "grain"),
)


def stream_kind(x: Any) -> str:
    """Returns "dataset", "pydataset", "generator" or "loader" (of PyTorch or Grain); "" for anything else.

    >>> stream_kind(pair for pair in ()), stream_kind([1.0])
    ('generator', '')
    """
    if is_dataset(x):
        return "dataset"
    if is_pydataset(x):
        return "pydataset"
    if inspect.isgenerator(x):
        return "generator"
    parents = [(parent.__name__, parent.__module__) for parent in type(x).__mro__]
    return "loader" if any(name == n and part in m for name, part in _LOADERS for n, m in parents) else ""


def is_dataset(x: Any) -> bool:
    """Whether something is a `tf.data.Dataset`, distributed or not; it cannot be where TensorFlow was not imported."""
    if "tensorflow" not in sys.modules:
        return False
    # Imported here, so that arrays are looked at without TensorFlow.
    from keras_stable import keras_private

    return keras_private.is_dataset(x)


def is_pydataset(x: Any) -> bool:
    """Whether something is a `keras.utils.PyDataset`, or works like one."""
    return hasattr(type(x), "__getitem__") and hasattr(type(x), "num_batches")


def own_copy(batches: Any) -> Any:
    """Returns a copy of a `PyDataset`, which may change as it is read; None where it cannot be copied."""
    if not hasattr(batches, "on_epoch_end"):
        return None
    if sum(getattr(value, "nbytes", 0) for value in vars(batches).values()) > _COPIED_BYTES:
        return None
    try:
        return copy.deepcopy(batches)
    except Exception:  # noqa: BLE001 - an open file, a lock, anything: its epochs are not looked at
        return None
