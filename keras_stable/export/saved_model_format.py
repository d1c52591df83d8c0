"""Writes a model as a SavedModel."""

from pathlib import Path

import keras

from keras_stable.export.private_text import strip_debug_info
from keras_stable.export.proof import Case
from keras_stable.export.serving import Serving


def write_saved_model(serving: Serving, directory: Path, calibration: Case | None = None) -> None:
    """Writes the signatures of a model as a SavedModel.

    Args:
        serving: the model. To be quantized, it is a quantized one already.
        directory: where to.
        calibration: unused: Keras chooses the ranges of int8 by the weights alone.
    """
    del calibration
    archive = keras.export.ExportArchive()
    archive.track(serving.model)
    for name, function in serving.functions.items():
        serving.concrete(name)
        archive.add_endpoint(name, function)
    archive.write_out(str(directory), verbose=False)
    strip_debug_info(directory)
