"""Whether the `tensorboard` command can start here, to show what callbacks have written."""

import functools
import importlib.util
import warnings
from pathlib import Path

import tensorboard

_NEEDED = "pkg_resources"


@functools.cache
def warn_of_tensorboard() -> None:
    """Warns, once a process, where `tensorboard` cannot start: before 2.21 it needs what setuptools has dropped."""
    spec = importlib.util.find_spec("tensorboard.default")
    if spec is None or spec.origin is None or importlib.util.find_spec(_NEEDED) is not None:
        return
    if f"import {_NEEDED}" in Path(spec.origin).read_text(encoding="utf-8"):
        warnings.warn(
            f"TensorBoard {tensorboard.__version__} cannot start: it needs {_NEEDED}, which newer setuptools lack. "
            'Events are written all the same; to see them, run: pip install "setuptools<81"',
            stacklevel=3,
        )
