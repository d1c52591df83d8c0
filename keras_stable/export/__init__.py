"""Exports of any Keras model: SavedModel, ONNX and LiteRT, each proven in a process without Keras."""

from keras_stable import keras_check  # noqa: F401  (it fails first, with one clear line)
from keras_stable.export.exporting import Exported
from keras_stable.export.formats import export_saved_model, litert, onnx, saved_model
from keras_stable.export.run_export import export_run
from keras_stable.export.verifying import verify

__all__ = ["Exported", "export_run", "export_saved_model", "litert", "onnx", "saved_model", "verify"]
