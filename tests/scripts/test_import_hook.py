import importlib
import importlib.util
import sys

import pytest

from keras_stable.scripts.import_hook import after_import


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "imported_later.py").write_text("value = 3\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield "imported_later"
    sys.modules.pop("imported_later", None)


def test_the_action_follows_the_first_import(module):
    calls = []
    with after_import(module, lambda: calls.append(sys.modules[module].value)):
        assert calls == []
        imported = importlib.import_module(module)
        importlib.import_module(module)
    assert calls == [3]
    # It is loaded as it would have been, for whoever asks for its source.
    assert imported.__spec__.loader is imported.__loader__
    assert imported.__loader__.get_source(module) == "value = 3\n"


def test_it_waits_for_the_import_where_a_module_is_only_asked_for(module):
    calls = []
    with after_import(module, lambda: calls.append("now")):
        assert importlib.util.find_spec(module) is not None
        assert calls == []
        importlib.import_module(module)
    assert calls == ["now"]


def test_a_module_that_is_there_already_needs_no_import(module):
    importlib.import_module(module)
    calls = []
    with after_import(module, lambda: calls.append("now")):
        assert calls == ["now"]


def test_nothing_is_left_where_it_is_never_imported(module):
    before = list(sys.meta_path)
    with after_import(module, lambda: pytest.fail("it was not imported")):
        pass
    assert sys.meta_path == before


def test_a_module_that_is_missing_is_missing_as_ever():
    with after_import("there_is_none", lambda: None), pytest.raises(ModuleNotFoundError, match="there_is_none"):
        importlib.import_module("there_is_none")
