"""Writes a classifier as a SavedModel that serves without Keras."""

import os
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.errors import ExportError
from keras_stable.export.proof import prove
from keras_stable.imports import first_line
from keras_stable.reporting.temporary_path import TemporaryPath


def export_saved_model(model: keras.Model, path: str | os.PathLike[str], samples: np.ndarray) -> float:
    """Writes a SavedModel and proves that it computes what the model in memory computes.

    Its signature `serving_default` takes `inputs` [batch, ...] float32, raw as the model was trained on, for any
    batch size, and gives `probabilities` [batch, classes] float32 and `class_ids` [batch] int64. The proof runs
    in a fresh process in which neither `keras` nor `keras_stable` can be imported.

    Args:
        model: a classifier of one input that returns logits [batch, classes].
        path: the directory to write, such as `export/1`. It must not exist, or be empty.
        samples: array [n, ...], n >= 1; inputs that the proof compares on.

    Returns:
        The largest difference of a probability between the two.

    Raises:
        ExportError: the export disagrees by more than 1e-5, or cannot be loaded; nothing is left at `path`.
    """
    samples = np.asarray(samples, np.float32)
    try:
        # A server that watches the directory above never sees an export that was not proven.
        with TemporaryPath(path) as temporary:
            _write(model, temporary)
            return prove(temporary, samples, probabilities(model, samples))
    except (OSError, tf.errors.OpError) as error:
        raise ExportError(f"The export must be written to {path}. Received: {first_line(error)}") from error


def probabilities(model: keras.Model, inputs: np.ndarray) -> np.ndarray:
    """Returns the class probabilities of a model that returns logits, float32 [batch, classes]."""
    logits = model.predict(inputs, batch_size=256, verbose=0)
    return tf.nn.softmax(tf.cast(logits, tf.float32)).numpy()


def _write(model: keras.Model, path: Path) -> None:
    def serving_default(inputs: tf.Tensor) -> dict[str, Any]:
        logits = tf.cast(model(inputs, training=False), tf.float32)
        return {"probabilities": tf.nn.softmax(logits), "class_ids": tf.argmax(logits, axis=-1)}

    shape = (None, *model.input_shape[1:])
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serving_default", serving_default, [tf.TensorSpec(shape, tf.float32, "inputs")])
    archive.write_out(str(path), verbose=False)
