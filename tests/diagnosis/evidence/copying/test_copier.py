"""What kinds of values ask of the copier is what the one copier offers."""

import inspect
import re

import pytest

from keras_stable.diagnosis.evidence.copying import container_copy, function_copy
from keras_stable.diagnosis.evidence.copying.copier import Copier
from keras_stable.diagnosis.evidence.copying.object_copy import ObjectCopier

METHODS = [name for name in vars(Copier) if inspect.isfunction(vars(Copier)[name]) and not name.startswith("_")]


def shape_of(function):
    parameters = inspect.signature(function).parameters.values()
    return [(parameter.name, parameter.kind, parameter.default) for parameter in parameters]


@pytest.mark.parametrize("name", METHODS)
def test_the_copier_has_the_method_with_the_same_arguments(name):
    assert shape_of(getattr(ObjectCopier, name)) == shape_of(getattr(Copier, name))


@pytest.mark.parametrize("module", [container_copy, function_copy])
def test_kinds_ask_for_nothing_else(module):
    names = re.findall(r"\bcopier\.(\w+)", inspect.getsource(module))
    assert names
    assert set(names) - {"Copier"} <= set(METHODS)


def test_a_late_task_runs_after_all_others():
    copier, order = ObjectCopier(), []
    copier.fill(lambda: order.append("late"), late=True)
    copier.fill(lambda: copier.fill(lambda: order.append("of a task")))
    copier.fill(lambda: order.append("soon"))
    copier.copy(None)
    assert order == ["soon", "of a task", "late"]


def test_what_was_remembered_stands_for_the_value():
    copier, value, twin = ObjectCopier(), [1], ["another"]
    assert copier.remember(value, twin) is twin
    assert copier.begin(value) is twin
    assert copier.copy([value])[0] is twin
