"""What a user's own code raised, in one line, and where in that code."""

import os
import re
import sysconfig
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

import keras_stable
from keras_stable.diagnosis.facts import CodePlace
from keras_stable.imports import first_line

# Frames that the text of an error of a graph lists.
_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>\S+)')
_NODE = re.compile(r"^\s*\[\[|^\s*File |^Detected at|^Graph execution error|stack trace")


def code_place(error: BaseException) -> CodePlace | None:
    """Returns the innermost line of a user's own code that an exception went through; None where it met none.

    Code of Keras, TensorFlow, NumPy, Python and this package is nobody's own. What a graph raises while it runs names
    the lines that made it in its text.

    >>> try:
    ...     raise ValueError("in an example")
    ... except ValueError as error:
    ...     code_place(error).function
    '<module>'
    """
    places = [place for place in _frames(error) if _is_own(place.file)]
    return places[-1] if places else None


def what_it_says(error: BaseException) -> str:
    """Returns the type and the line of an exception that says what is wrong, of the error of a graph too.

    >>> text = "Graph execution error:\\n\\nBad: [2] vs. [3]\\n\\t [[a]]"
    >>> what_it_says(tf.errors.InvalidArgumentError(None, None, text))
    'InvalidArgumentError: Bad: [2] vs. [3]'
    """
    if not isinstance(error, tf.errors.OpError) or "Graph execution error" not in str(error):
        return first_line(error)
    lines = [line.strip() for line in error.message.splitlines() if line.strip() and not _NODE.search(line)]
    return f"{type(error).__name__}: {lines[-1]}" if lines else first_line(error)


def _frames(error: BaseException) -> Iterator[CodePlace]:
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        yield CodePlace(code.co_filename, traceback.tb_lineno, code.co_name)
        traceback = traceback.tb_next
    if isinstance(error, tf.errors.OpError):
        listed = [CodePlace(at["file"], int(at["line"]), at["function"]) for at in _FRAME.finditer(str(error))]
        # They begin with who called this package.
        audit = max((index for index, place in enumerate(listed) if place.file.startswith(_ROOTS[-1])), default=-1)
        yield from listed[audit + 1 :]


def _is_own(file: str) -> bool:
    path = os.path.realpath(file)
    if file.startswith("<frozen") or "__autograph_generated_file" in file or path.startswith(_ROOTS):
        return False
    return not path.startswith(_PYTHON) or any(name in path for name in ("site-packages", "dist-packages"))


def _folder(file: str | None) -> str:
    return os.path.dirname(os.path.realpath(str(file))) + os.sep


_ROOTS = tuple(_folder(module.__file__) for module in (keras, np, tf, keras_stable))
_PYTHON = os.path.realpath(sysconfig.get_path("stdlib")) + os.sep
