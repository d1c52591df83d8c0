"""Class weights turned into sample weights, as `fit` does it. Imports no TensorFlow."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.errors import invalid_argument


def check_class_weight(class_weight: Any, sample_weight: Any = None) -> None:
    """Raises InvalidArgumentError for weights that are no dict of class id to number, or given beside others."""
    if class_weight is None:
        return
    is_dict = isinstance(class_weight, Mapping) and all(
        isinstance(key, int | np.integer) and isinstance(value, int | float | np.number)
        for key, value in class_weight.items()
    )
    if not is_dict or not class_weight:
        raise invalid_argument("class_weight", "a dict of class id to weight, or None", class_weight)
    if sample_weight is not None:
        raise invalid_argument("class_weight", "None beside `sample_weight`", class_weight)


def weighted(batch: Batch, class_weight: Mapping[int, float]) -> Batch:
    """Returns the batch with the weight of each row's class; a class that is not in the dict weighs 1.

    Args:
        batch: with labels for one output, class ids or one-hot.
        class_weight: mapping of class id to weight.

    Raises:
        InvalidArgumentError: labels for several outputs, or sample weights beside the class weights.

    >>> weighted(Batch(np.zeros((3, 1)), np.array([0, 1, 2])), {1: 5.0}).sample_weight
    array([1., 5., 1.], dtype=float32)
    """
    labels = leaves(batch.y)
    if len(labels) != 1 or batch.sample_weight is not None:
        raise invalid_argument(
            "class_weight", "None for several outputs, and beside sample weights", dict(class_weight)
        )
    y = labels[0]
    if y.ndim > 1:
        y = np.argmax(y, axis=-1) if y.shape[-1] != 1 else np.squeeze(y, axis=-1)
    ids, positions = np.unique(np.round(np.asarray(y, np.float64)), return_inverse=True)
    weights = np.array(
        [class_weight.get(int(class_id), 1.0) if np.isfinite(class_id) else 1.0 for class_id in ids], np.float32
    )
    return replace(batch, sample_weight=weights[positions.reshape(y.shape)])
