"""`guard` classes are found again by their names, and nothing else is."""

import copy
import pickle
import sys

import keras
import pytest

from keras_stable import errors
from keras_stable.optimizers import guard
from keras_stable.optimizers.guarded_classes import guard_by_registered_name

RMSprop = guard(keras.optimizers.RMSprop)


class Own(keras.optimizers.SGD):
    class Inner(keras.optimizers.SGD):
        pass


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_classes_and_optimizers_pickle(protocol):
    assert pickle.loads(pickle.dumps(RMSprop, protocol)) is RMSprop
    optimizer = RMSprop(0.1, 0.8, clipvalue=None, zclip=2.5)
    for copied in (pickle.loads(pickle.dumps(optimizer, protocol)), copy.copy(optimizer), copy.deepcopy(optimizer)):
        assert type(copied) is RMSprop
        assert copied.get_config() == optimizer.get_config()


def registered(name):
    return f"keras_stable>Guarded.{name}"


def test_a_class_is_found_in_its_module_and_in_a_class(monkeypatch):
    monkeypatch.setitem(sys.modules, "own_module", sys.modules[__name__])
    monkeypatch.setattr(Own, "__module__", "own_module")
    monkeypatch.setattr(Own.Inner, "__module__", "own_module")
    assert guard_by_registered_name(registered("own_module.Own.Inner")) is guard(Own.Inner)
    assert guard_by_registered_name(registered("own_module.Own")) is guard(Own)


def test_a_module_that_nobody_has_imported_yet_is_imported_where_it_lies_in_a_package(monkeypatch, tmp_path):
    package = tmp_path / "own_package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "own_optimizers.py").write_text("import keras\nclass Own(keras.optimizers.SGD): pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        guarded = guard_by_registered_name(registered("own_package.own_optimizers.Own"))
        assert guarded.__bases__[-1] is sys.modules["own_package.own_optimizers"].Own
    finally:
        for name in ("own_package", "own_package.own_optimizers"):
            sys.modules.pop(name, None)


@pytest.mark.parametrize(
    "name",
    [
        "no_such_module.Optimizer",
        "keras.src.optimizers.rmsprop.NoSuchClass",
        "keras.src.optimizers.rmsprop",
        "keras.optimizers.RMSprop.nothing",
        "os.system",
        "os.path.join",
        "builtins.dict",
        "keras.layers.Dense",
        "subprocess.Popen",
        "..os",
        "a b.c",
        "",
        "test.<locals>.Optimizer",
    ],
)
def test_what_is_no_optimizer_class_is_refused(name):
    with pytest.raises(errors.InvalidArgumentError, match="`optimizer` must be guarded from a Keras optimizer class"):
        guard_by_registered_name(registered(name))


def test_only_names_of_guarded_classes_are_attributes_of_the_module():
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        sys.modules["keras_stable.optimizers.guarded_classes"].__getattr__("Nothing")
