"""int8: a quantized copy of a model, and what the quantized answers are worth."""

import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_stable.errors import ExportError
from keras_stable.imports import first_line


def quantized_copy(model: keras.Model) -> keras.Model:
    """Returns a copy of a model with int8 weights, which Keras chooses; the model itself is left alone.

    Raises:
        ExportError: the model cannot be saved and loaded, or has no layer that Keras quantizes.
    """
    try:
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "model.keras"
            model.save(path)
            # The classes of the model are here already, and so is its code.
            copy = keras.models.load_model(path, safe_mode=False, compile=False)
        with warnings.catch_warnings():
            # Keras names every layer that stays as it is.
            warnings.filterwarnings("ignore", "Layer .* does not have a `quantize` method")
            copy.quantize("int8")
    except Exception as error:
        must_be = "a model that Keras saves, loads and quantizes"
        raise ExportError(f"`model` must be {must_be}. Received: {first_line(error)}") from error
    if not any(keras.backend.standardize_dtype(variable.dtype) == "int8" for variable in copy.variables):
        must_be = "a model with a layer that Keras quantizes, such as Dense or Embedding"
        raise ExportError(f"`model` must be {must_be}. Received: none; the formats onnx and litert quantize others")
    return copy


def accuracy(
    whole: Mapping[str, np.ndarray], quantized: Mapping[str, np.ndarray], labels: np.ndarray | None
) -> dict[str, Any]:
    """Returns how far quantized answers are from those of the float model.

    Args:
        whole: the answers of the float model, by name.
        quantized: those of the quantized one.
        labels: class ids of the same samples, [n] or [n, 1]. Default: unknown.

    >>> answers = {"class_ids": np.array([0, 1]), "probabilities": np.array([[0.9, 0.1], [0.4, 0.6]])}
    >>> accuracy(answers, {**answers, "class_ids": np.array([0, 0])}, np.array([0, 1]))
    {'samples': 2, 'float': 1.0, 'int8': 0.5, 'same_class': 0.5, 'largest_difference': 0.0}
    """
    figures: dict[str, Any] = {"samples": len(next(iter(whole.values())))}
    ids = next((name for name in whole if name.endswith("class_ids")), None)
    if ids is not None and labels is not None and labels.size == whole[ids].size:
        wanted = labels.reshape(whole[ids].shape)
        figures |= {"float": float(np.mean(whole[ids] == wanted)), "int8": float(np.mean(quantized[ids] == wanted))}
    if ids is not None:
        figures["same_class"] = float(np.mean(whole[ids] == quantized[ids]))
    compared = [name for name in whole if whole[name].dtype.kind == "f" and not name.endswith("logits")]
    differences = [np.abs(whole[name].astype(np.float64) - quantized[name]).max(initial=0) for name in compared]
    return figures | {"largest_difference": float(max(differences, default=0.0))}
