"""What an export must not tell of the machine that made it: paths, the name of the user, source code."""

import getpass
import os
import re
import site
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from tensorflow.core.protobuf import saved_model_pb2

from keras_stable.errors import ExportError

_ABSOLUTE = re.compile(r"(?<![\w:/.])(?:~[\\/]|[A-Za-z]:[\\/]|/)(?:[\w.\- ]+[\\/])+([\w.\-]+)?")
_SHORTEST = 5


def strip_debug_info(directory: Path) -> None:
    """Removes from a SavedModel what TensorFlow keeps of where operations were made: traces, and names of functions."""
    path = directory / "saved_model.pb"
    content = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    for graph in content.meta_graphs:
        for function in graph.graph_def.library.function:
            for node in function.node_def:
                node.ClearField("experimental_debug_info")
        for node in graph.graph_def.node:
            node.ClearField("experimental_debug_info")
        graph.graph_def.ClearField("debug_info")
    path.write_bytes(content.SerializeToString(deterministic=True))


def machine_paths() -> set[str]:
    """Returns the directories of this machine and its user that no export may name."""
    places = {Path.home(), Path.cwd(), Path(sys.prefix), Path(sys.base_prefix), Path(__file__).parents[2]}
    places |= {Path(path) for path in (*site.getsitepackages(), sysconfig.get_paths()["stdlib"], tempfile.gettempdir())}
    if sys.argv and os.path.sep in sys.argv[0]:
        places.add(Path(sys.argv[0]).absolute().parent)
    named = {str(place) for place in places} | {str(place.resolve()) for place in places}
    return {name + os.path.sep for name in named if len(name) >= _SHORTEST}


def check_private(directory: Path) -> None:
    """Checks that no file of an export holds a directory of this machine.

    Raises:
        ExportError: one does; the message names the file.
    """
    needles = {name.encode() for name in machine_paths()}
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            named = next((needle for needle in sorted(needles) if needle in content), None)
            if named is not None:
                must_be = f"{path.relative_to(directory)} must hold no path of this machine"
                raise ExportError(f"{must_be}. Received: {named.decode(errors='replace')}")


def without_paths(value: Any) -> Any:
    """Returns plain values with every absolute path cut to its last part, and the user's name left out.

    >>> without_paths({"path": "/home/ada/data/iris.csv", "line": "see /tmp/a/b.py:3", "of": ["1/2", "https://x.org/a/b"]})
    {'path': 'iris.csv', 'line': 'see b.py:3', 'of': ['1/2', 'https://x.org/a/b']}
    """
    if isinstance(value, dict):
        return {without_paths(key): without_paths(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_paths(item) for item in value]
    if not isinstance(value, str):
        return value
    text = _ABSOLUTE.sub(lambda match: match[1] or "", value)
    user = _user()
    return re.sub(rf"\b{re.escape(user)}\b", "user", text) if len(user) >= _SHORTEST else text


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
