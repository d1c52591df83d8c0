import importlib.machinery
import importlib.util
import subprocess
import sys
import warnings

import pytest

from keras_stable.callbacks.event_writer import EventWriter
from keras_stable.callbacks.tensorboard_command import warn_of_tensorboard


@pytest.fixture(autouse=True)
def fresh():
    warn_of_tensorboard.cache_clear()
    yield
    warn_of_tensorboard.cache_clear()


def with_modules(monkeypatch, tmp_path, source, has_pkg_resources):
    """Stands a TensorBoard with this source in for the installed one."""
    (tmp_path / "default.py").write_text(source, encoding="utf-8")
    spec = importlib.machinery.ModuleSpec("tensorboard.default", None, origin=str(tmp_path / "default.py"))
    specs = {"tensorboard.default": spec, "pkg_resources": spec if has_pkg_resources else None}
    monkeypatch.setattr(importlib.util, "find_spec", specs.__getitem__)


def test_a_tensorboard_that_cannot_start_is_told_of_once(monkeypatch, tmp_path):
    with_modules(monkeypatch, tmp_path, "import logging\n\nimport pkg_resources\n", has_pkg_resources=False)
    with pytest.warns(UserWarning, match=r'cannot start: it needs pkg_resources.*"setuptools<81"') as caught:
        EventWriter(tmp_path / "one").close()
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        EventWriter(tmp_path / "two").close()


@pytest.mark.parametrize(("source", "has"), [("import pkg_resources\n", True), ("import logging\n", False)])
def test_one_that_can_is_not(monkeypatch, tmp_path, source, has):
    with_modules(monkeypatch, tmp_path, source, has_pkg_resources=has)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        EventWriter(tmp_path / "events").close()


def test_the_installed_tensorboard_starts_where_there_is_no_warning():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn_of_tensorboard()
    command = [sys.executable, "-m", "tensorboard.main", "--version_tb"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert (result.returncode == 0) == (not caught), result.stderr
