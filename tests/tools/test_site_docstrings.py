import runpy
from pathlib import Path

import pytest

pytest.importorskip("griffe", reason="the extra `docs` is not installed")
fenced = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "site_docstrings.py"))["fenced"]


def test_each_example_stands_between_fences_and_prose_does_not():
    text = "Adds.\n\n>>> 1 + 1\n2\n>>> 2 + (\n...     3)\n5\n\nMore: `a >>> b`.\n\n>>> 4"
    assert fenced(text) == (
        "Adds.\n\n```pycon\n>>> 1 + 1\n2\n>>> 2 + (\n...     3)\n5\n```\n\nMore: `a >>> b`.\n\n```pycon\n>>> 4\n```"
    )


def test_a_docstring_without_an_example_stays_as_it_is():
    assert fenced("Adds.\n\nArgs:\n    a: int.") == "Adds.\n\nArgs:\n    a: int."
