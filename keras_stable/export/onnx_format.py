"""Writes a model as ONNX, with Keras's own exporter."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from keras_stable.errors import ExportError
from keras_stable.export.optional import require
from keras_stable.export.proof import FILES, Case
from keras_stable.export.serving import SIGNATURE, Serving
from keras_stable.imports import first_line


class ServedModel(keras.Model):
    """A model whose inputs and outputs are those of a signature, for exporters that take a `keras.Model`."""

    def __init__(self, serving: Serving) -> None:
        super().__init__(name="served")
        self.inner = serving.model
        self.function = serving.functions[SIGNATURE].python_function
        # It is traced and never called.
        self.built = True

    def call(self, inputs: dict[str, Any]) -> dict[str, Any]:
        return self.function(**inputs)


def write_onnx(serving: Serving, directory: Path, calibration: Case | None = None) -> None:
    """Writes `model.onnx`, with the inputs and outputs of `serving_default`.

    Args:
        serving: the model.
        directory: where to.
        calibration: samples by name, to choose the ranges of int8 by. Default: float32 throughout.

    Raises:
        ExportError: a library is missing, or Keras cannot export the model to ONNX.
    """
    require("onnx")
    import onnx

    path = directory / FILES["onnx"]
    try:
        with quiet("tf2onnx", tf.get_logger().name):
            ServedModel(serving).export(
                str(path), format="onnx", verbose=False, input_signature=[dict(serving.inputs.specs)]
            )
        content = onnx.load(str(path))
    except Exception as error:
        raise ExportError(f"`model` must be one that Keras exports to ONNX. Received: {first_line(error)}") from error
    tables = {entry.name for entry in content.graph.input} - set(serving.inputs.specs)
    if tables:
        # The converter hands on what it cannot convert as a further input.
        raise ExportError(
            "`model` must be one that Keras exports to ONNX; the formats saved_model and litert look text up. "
            f"Received: {min(tables).split('/')[-2]} without a form in ONNX"
        )
    if calibration is not None:
        _quantize(path, calibration)


def _quantize(path: Path, calibration: Case) -> None:
    from onnxruntime import quantization

    class Reader(quantization.CalibrationDataReader):
        def __init__(self) -> None:
            rows = len(next(iter(calibration.values())))
            self.left = iter([{name: a[row : row + 1] for name, a in calibration.items()} for row in range(rows)])

        def get_next(self) -> dict[str, Any] | None:
            return next(self.left, None)

    whole = path.with_name(f"float-{path.name}")
    path.rename(whole)
    try:
        with quiet("root"):
            quantization.quantize_static(str(whole), str(path), Reader(), per_channel=True)
    except Exception as error:
        raise ExportError(f"`model` must be one that int8 can hold. Received: {first_line(error)}") from error
    finally:
        whole.unlink()


@contextmanager
def quiet(*loggers: str) -> Iterator[None]:
    """Silences loggers that speak of what is no error, or is raised as one."""
    owners = [logging.getLogger(None if name == "root" else name) for name in loggers]
    levels = [owner.level for owner in owners]
    for owner in owners:
        owner.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for owner, level in zip(owners, levels, strict=True):
            owner.setLevel(level)
