"""Docstrings of the documentation site: an example that doctest runs is shown as code. mkdocs.yml names it."""

import re
from typing import Any

import griffe

# From a prompt to the next empty line, as doctest reads it.
_EXAMPLE = re.compile(r"^>>> (?:.+\n?)+", re.MULTILINE)


class Examples(griffe.Extension):
    """Puts each example between fences."""

    def on_object(self, *, obj: Any, **_: Any) -> None:
        """Changes the docstring of an object that was read."""
        if obj.docstring is not None:
            obj.docstring.value = fenced(obj.docstring.value)


def fenced(text: str) -> str:
    """Returns a docstring whose examples stand between fences.

    >>> print(fenced("Adds.\\n\\n>>> 1 + 1\\n2"))
    Adds.
    <BLANKLINE>
    ```pycon
    >>> 1 + 1
    2
    ```
    """
    return _EXAMPLE.sub(lambda match: f"```pycon\n{match.group().rstrip()}\n```\n", text).rstrip()
