"""A short run over every reader; `python tools/fuzz.py` runs for ten minutes."""

import fuzz
import pytest


@pytest.mark.parametrize("name", fuzz.TARGETS)
def test_only_errors_of_the_package_come_out(name):
    fuzz.fuzz(name, 8 if name == "keras" else 40, derandomize=True)


def test_another_error_is_found(monkeypatch):
    monkeypatch.setitem(fuzz.TARGETS, "config", lambda data: {}["missing"])
    with pytest.raises(KeyError):
        fuzz.fuzz("config", 1, derandomize=True)
