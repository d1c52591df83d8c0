"""Writes a model as LiteRT (a `.tflite` file), with the converter that Keras's own exporter uses."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf

from keras_stable.errors import ExportError
from keras_stable.export.onnx_format import quiet
from keras_stable.export.optional import require
from keras_stable.export.proof import FILES, Case
from keras_stable.export.saved_model_format import write_saved_model
from keras_stable.export.serving import SIGNATURE, Serving
from keras_stable.imports import first_line

_OPERATION = re.compile(r"'(tf\.\w+)' op ")


def write_litert(serving: Serving, directory: Path, calibration: Case | None = None) -> None:
    """Writes `model.tflite`, with the inputs and outputs of `serving_default`.

    Args:
        serving: the model.
        directory: where to.
        calibration: samples by name, to choose the ranges of int8 by; inputs and outputs stay float32. Default: float32
            throughout.

    Raises:
        ExportError: ai-edge-litert is missing, or the model has operations that LiteRT does not.
    """
    require("litert")
    with tempfile.TemporaryDirectory() as saved_model:
        write_saved_model(serving, Path(saved_model))
        try:
            with quiet(tf.get_logger().name, "absl"):
                content = _converter(saved_model, calibration).convert()
        except Exception as error:
            missing = sorted(set(_OPERATION.findall(str(error))))
            what = f"{', '.join(missing)} without a form in LiteRT" if missing else first_line(error)
            raise ExportError(f"`model` must be one whose operations LiteRT has. Received: {what}") from error
    (directory / FILES["litert"]).write_bytes(content)


def _converter(saved_model: str, calibration: Case | None) -> Any:
    converter = tf.lite.TFLiteConverter.from_saved_model(saved_model, signature_keys=[SIGNATURE])
    if calibration is not None:
        rows = len(next(iter(calibration.values())))

        def samples() -> Iterator[tuple[str, dict[str, Any]]]:
            for row in range(rows):
                yield SIGNATURE, {name: array[row : row + 1] for name, array in calibration.items()}

        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = samples
    return converter
