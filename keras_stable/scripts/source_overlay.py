"""Other text in the place of source files, for what this process runs and imports; the files stay as they are."""

import importlib.machinery
import io
import os
import tokenize
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from keras_stable.scripts.patching import replaced


@contextmanager
def other_sources(texts: Mapping[str, str]) -> Iterator[None]:
    """Lets modules be imported from other texts than their files have.

    Args:
        texts: mapping of the path of a source file to its text.
    """
    sources = {os.path.realpath(file): _encoded(text) for file, text in texts.items()}
    loader = importlib.machinery.SourceFileLoader

    def reading(original: Any) -> Any:
        def get_data(self: Any, path: str) -> bytes:
            other = sources.get(os.path.realpath(path))
            return original(self, path) if other is None else other

        return get_data

    def looking(original: Any) -> Any:
        def path_stats(self: Any, path: str) -> Any:
            if os.path.realpath(path) in sources:
                # So neither is a compiled file of the old text read, nor one of the new text written.
                raise OSError(f"{path} has another text")
            return original(self, path)

        return path_stats

    with replaced(loader, "get_data", reading), replaced(loader, "path_stats", looking):
        yield


def _encoded(text: str) -> bytes:
    """Returns a text in the encoding that it says it is in."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(text.encode()).readline)
    return text.encode(encoding)
