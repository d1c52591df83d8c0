"""One element of a stream as a checked batch. Imports no TensorFlow."""

from typing import Any

from keras_stable.data.checks import data_error, shape_text
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.data.row_access import check_labels, check_values, dense


def batch_of(element: Any, argument: str, index: int, labelled: bool = True) -> Batch:
    """Returns an element as `fit` unpacks it: inputs with labels, with labels and weights, or alone.

    Args:
        element: what a stream gave.
        argument: str, what to call the stream in a message.
        index: int, number of the batch.
        labelled: bool, whether there must be labels. Default: True.

    Raises:
        DataError: it has other parts, no inputs, no rows, or parts of different lengths.

    >>> import numpy as np
    >>> batch_of((np.ones((4, 2)), np.ones(4)), "x", 0).rows, batch_of(np.ones((4, 2)), "x", 0, labelled=False).y
    (4, None)
    """
    parts = tuple(element) if isinstance(element, list) else element
    if not labelled and (not isinstance(parts, tuple) or hasattr(parts, "_fields") or len(parts) == 1):
        parts = (parts[0] if isinstance(parts, tuple) and not hasattr(parts, "_fields") else parts, None)
    if not isinstance(parts, tuple) or hasattr(parts, "_fields") or len(parts) not in (2, 3):
        what = f"a tuple of {len(parts)}" if isinstance(parts, tuple) else type(parts).__name__
        raise data_error(argument, "batches of (inputs, labels) or (inputs, labels, sample weights)", what)
    batch = Batch(*map(dense, parts))
    inputs, labels = leaves(batch.x), leaves(batch.y)
    if not inputs or (labelled and not labels):
        missing = "labels" if inputs else "inputs"
        raise data_error(argument, "batches of (inputs, labels)", f"batch {index} without {missing}")
    for name, arrays in (("inputs", inputs), ("labels", labels), ("weights", leaves(batch.sample_weight))):
        for array in arrays:
            if array.ndim == 0:
                must_be = "batches, with the rows first; `.batch(32)` makes batches of a dataset"
                raise data_error(argument, must_be, f"{name} of shape {shape_text(array.shape)}")
            check_values(array, f"{name} of {argument}")
    lengths = {len(array) for part in (batch.x, batch.y, batch.sample_weight) for array in leaves(part)}
    if len(lengths) > 1 or lengths == {0}:
        what = f"batch {index} with {len(inputs[0])} inputs and {len(labels[0]) if labels else 0} labels"
        raise data_error(argument, "batches with rows, and a label and weight for each", what)
    for array in labels:
        check_labels(array, f"labels of {argument}")
    return batch


def bytes_of(element: Any) -> int:
    """Returns about how many bytes an element takes.

    >>> import numpy as np
    >>> bytes_of((np.zeros(4), {"a": np.zeros(2)}))
    48
    """
    return sum(getattr(leaf, "nbytes", 64) for leaf in leaves(element))
