import sys

import pytest

from keras_stable.models.trusted_source import may_import

OWN = """
print("this module was run")
import keras
class Mine(keras.optimizers.SGD): ...
class Other: ...
class Outer:
    class Inner(keras.optimizers.Optimizer): ...
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    (tmp_path / "own_package" / "inner").mkdir(parents=True)
    for name in ("__init__.py", "inner/__init__.py"):
        (tmp_path / "own_package" / name).write_text('print("this package was run")')
    (tmp_path / "own_package" / "inner" / "mine.py").write_text(OWN)
    (tmp_path / "own_single.py").write_text(OWN)
    (tmp_path / "own_broken.py").write_text("class Mine(SGD:")
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.parametrize(
    ("name", "trusted"),
    [
        ("own_single.Mine", True),
        ("own_single.Outer.Inner", True),
        ("own_package.inner.mine.Mine", True),
        ("own_single.Other", False),
        ("own_single.Outer", False),
        ("own_single.Nothing", False),
        ("own_package.Mine", False),
        ("own_broken.Mine", False),
        ("antigravity.Mine", False),
        ("no_such_module.Mine", False),
        ("Mine", False),
        ("", False),
    ],
)
def test_only_a_module_that_defines_the_optimizer_is_imported(name, trusted, own, capsys):
    assert may_import(name) is trusted
    assert capsys.readouterr().out == ""
    assert not any(module.startswith("own_") for module in sys.modules if "own_p" in module or "own_s" in module)


def test_what_is_imported_already_runs_nothing_more():
    assert may_import("keras.optimizers.SGD")
    assert may_import("keras.src.optimizers.rmsprop.RMSprop")
