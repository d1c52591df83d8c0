import importlib
import sys

import pytest

from keras_stable.scripts.source_overlay import other_sources


@pytest.fixture
def module(tmp_path, monkeypatch):
    path = tmp_path / "overlaid.py"
    path.write_text("value = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield path
    sys.modules.pop("overlaid", None)


def imported():
    sys.modules.pop("overlaid", None)
    importlib.invalidate_caches()
    return importlib.import_module("overlaid").value


def test_other_text_is_imported_and_the_file_stays(module):
    assert imported() == 1
    with other_sources({str(module): "value = 2\n"}):
        assert imported() == 2
    # Neither has the compiled file of the other text been kept.
    assert imported() == 1
    assert module.read_text() == "value = 1\n"


def test_it_is_read_in_the_encoding_that_it_says(module):
    with other_sources({str(module): "# coding: latin-1\nvalue = '\u00fc'\n"}):
        assert imported() == "\u00fc"
