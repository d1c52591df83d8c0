"""Libraries that only some formats need."""

import importlib
import importlib.util

from keras_stable.errors import ExportError

NEEDED = {
    "onnx": {"onnx": "onnx", "tf2onnx": "tf2onnx", "onnxruntime": "onnxruntime"},
    "litert": {"ai_edge_litert": "ai-edge-litert"},
}
"""By format: the modules to import, and the packages that they come with."""


def require(form: str) -> None:
    """Checks that what a format needs is installed.

    Raises:
        ExportError: it is not; the message says what to install.

    >>> require("saved_model")
    """
    needed = NEEDED.get(form, {})
    missing = [package for module, package in needed.items() if importlib.util.find_spec(module) is None]
    for module in () if missing else needed:
        try:
            importlib.import_module(module)
        except Exception as error:
            must_be = f"The format {form} needs a {needed[module]} that works with the other packages here."
            raise ExportError(f"{must_be} Received: {type(error).__name__}: {error}") from error
    if missing:
        raise ExportError(
            f"The format {form} needs {', '.join(missing)}: "
            f"`pip install {' '.join(missing)}` or `pip install 'keras-stable[{form}]'`. Received: not installed"
        )
