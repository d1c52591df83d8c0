"""The public functions: one for each format."""

import os
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from keras_stable.errors import ExportError, invalid_argument
from keras_stable.export.exporting import Exported, Exporter, Format, export_errors
from keras_stable.export.litert_format import write_litert
from keras_stable.export.onnx_format import write_onnx
from keras_stable.export.optional import require
from keras_stable.export.proof_cases import NO_ROWS, NOT_A_NUMBER
from keras_stable.export.saved_model_format import write_saved_model
from keras_stable.export.version_directory import new_version, removed_if_empty
from keras_stable.reporting.temporary_path import TemporaryPath

SAVED_MODEL = Format("saved_model", write_saved_model)
# Their rectifiers and maxima make numbers of NaN, and some of their operations take no empty batch.
ONNX = Format("onnx", write_onnx, excused=(NO_ROWS, NOT_A_NUMBER), class_names=False)
LITERT = Format("litert", write_litert, excused=(NO_ROWS, NOT_A_NUMBER), class_names=False)
FORMATS = {form.name: form for form in (SAVED_MODEL, ONNX, LITERT)}


def saved_model(
    model: keras.Model, path: str | os.PathLike[str], samples: Any = None, *, version: int | None = None, **options: Any
) -> Exported:
    """Writes a model as the next version of a SavedModel that TensorFlow Serving can serve, and proves it.

    The directory `path/<version>/` holds the SavedModel, `card.json` and `card.md`, `proof.npz` with made-up inputs and
    the answers to them, and `manifest.json` with the SHA-256 of each file. It appears in one step, once a fresh
    process without Keras has answered the samples, batches of 0 and 1, extremes and NaN as the model in memory does.

    The signature `serving_default` takes named inputs, for any batch size, raw as the model was trained on, and gives

    | output | when |
    | --- | --- |
    | `probabilities` float32, `class_ids` int64 | of a classifier |
    | `class_names` string | of a classifier with `class_names` |
    | `logits` float32 | of a classifier that gives them, or that ends with a softmax or sigmoid |
    | the output under its own name | of any other model |

    With several outputs each has its own name, and a classifying one also `<name>_probabilities` and so on. The
    signature `features` gives the `features` of the encoder, where one is recognisable or named.

    Args:
        model: any `keras.Model`: functional, Sequential or subclassed.
        path: the directory of the versions.
        samples: inputs to compare on, as `fit` takes them. Default: made-up ones.
        version: the number of the version. Default: the next after the greatest in `path`.
        **options: `class_names`, `encoder`, `input_signature`, `task`, `quantize`, `labels`, `about`; see
            `exporting.Exporter`.

    Returns:
        `Exported`, with `path`, `version`, `largest_difference`, `proof` and `card`.

    Raises:
        InvalidArgumentError: the model cannot be traced, samples do not fit it, or the version is there already.
        ExportError: it cannot be written, or disagrees by more than 1e-5; nothing is left at `path`.

    >>> import tempfile
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     exported = saved_model(model, directory, class_names=["a", "b", "c"])
    ...     exported.version, sorted(exported.card["outputs"]), exported.largest_difference < 1e-5
    (1, ['class_ids', 'class_names', 'logits', 'probabilities'], True)
    """
    return export_as("saved_model", model, path, samples, version=version, **options)


def onnx(
    model: keras.Model, path: str | os.PathLike[str], samples: Any = None, *, version: int | None = None, **options: Any
) -> Exported:
    """Writes `path/<version>/model.onnx` with Keras's own exporter, and proves it with ONNX Runtime.

    Inputs and outputs are those of `serving_default` in `saved_model`, but for `class_names`, which stand in the card.
    NaN and empty batches it may answer in its own way; the card says so where it does. Needs
    `pip install 'keras-stable[onnx]'`.

    Args, returns and raises: as `saved_model`. `quantize="int8"` quantizes with ONNX Runtime.
    """
    return export_as("onnx", model, path, samples, version=version, **options)


def litert(
    model: keras.Model, path: str | os.PathLike[str], samples: Any = None, *, version: int | None = None, **options: Any
) -> Exported:
    """Writes `path/<version>/model.tflite`, and proves it with ai-edge-litert; else as `onnx`.

    Needs `pip install 'keras-stable[litert]'`. `quantize="int8"` quantizes with TensorFlow's converter.
    """
    return export_as("litert", model, path, samples, version=version, **options)


def export_saved_model(model: keras.Model, path: str | os.PathLike[str], samples: Any, **options: Any) -> float:
    """Writes a SavedModel to exactly this path, where nothing may be yet, and proves it; else as `saved_model`.

    Args:
        model: any `keras.Model`.
        path: the directory to write, such as `export/1`. It must not exist, or be empty.
        samples: inputs to compare on, as `fit` takes them.
        **options: as for `saved_model`.

    Returns:
        The largest difference of an answer between the two.

    Raises:
        ExportError: as `saved_model`.
    """
    exporter = Exporter(model, samples, **options)
    try:
        with removed_if_empty(Path(path).parent), TemporaryPath(path) as temporary:
            return exporter.write(SAVED_MODEL, temporary)[0].largest_difference
    except (OSError, tf.errors.OpError) as error:
        raise export_errors(path, error) from error


def export_as(
    form: str,
    model: keras.Model,
    path: str | os.PathLike[str],
    samples: Any = None,
    *,
    version: int | None = None,
    **options: Any,
) -> Exported:
    """Exports in a format by its name, "saved_model", "onnx" or "litert", as the function of that name does."""
    if form not in FORMATS:
        raise invalid_argument("format", f"one of {', '.join(FORMATS)}", form)
    require(form)
    halves = {layer.compute_dtype for layer in getattr(model, "layers", ())} & {"float16", "bfloat16"}
    if form != "saved_model" and halves:
        must_be = f"one that computes in float32 for the format {form}; saved_model takes mixed precision"
        raise ExportError(f"`model` must be {must_be}. Received: {min(halves)}")
    exporter = Exporter(model, samples, **options)
    try:
        with new_version(Path(path), version) as place:
            place.path.mkdir()
            proof, card = exporter.write(FORMATS[form], place.path)
        return Exported(place.final, proof, card)
    except (OSError, tf.errors.OpError) as error:
        raise export_errors(path, error) from error
