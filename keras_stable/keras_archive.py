"""What a `.keras` file says of itself, read without loading it."""

import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any

_CONFIG = "config.json"
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


def registered_names(file: str | os.PathLike[str] | IO[bytes]) -> list[str]:
    """Returns the registered names of all objects that a `.keras` file holds, each once.

    Args:
        file: the path of the file, or the open file. Anything that is no such file, or a broken one, holds no name.

    >>> import io
    >>> with zipfile.ZipFile(file := io.BytesIO(), "w") as archive:
    ...     archive.writestr("config.json", '{"optimizer": {"registered_name": "my_package>MyOptimizer"}}')
    >>> registered_names(file), registered_names(io.BytesIO(b"another file"))
    (['my_package>MyOptimizer'], [])
    """
    if not zipfile.is_zipfile(file):
        return []
    try:
        with zipfile.ZipFile(file) as archive:
            config = json.loads(archive.read(_CONFIG)) if _CONFIG in archive.namelist() else {}
        return list(dict.fromkeys(_names(config)))
    except (*_BROKEN, RecursionError):
        # Keras says what is wrong with it.
        return []


def _names(config: Any) -> Iterator[str]:
    if isinstance(config, dict):
        if isinstance(config.get("registered_name"), str):
            yield config["registered_name"]
        config = list(config.values())
    if isinstance(config, list):
        for value in config:
            yield from _names(value)
