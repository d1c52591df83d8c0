"""The same scripts, changed, run up to their `fit`: what that is given is the changed program."""

import ast
import sys

import numpy as np
import pytest
from script_cases import SCRIPTS, Case, names

from keras_stable.diagnosis.reporting.report import Report
from keras_stable.keras_private import flatten_layers
from keras_stable.scripts.fit_audit import FitAudit
from keras_stable.scripts.programs import UserProgram
from keras_stable.scripts.source_overlay import other_sources


@pytest.fixture
def met(monkeypatch):
    """Returns a function that runs a changed script, and returns its model and what `fit` is given."""
    monkeypatch.chdir(SCRIPTS)
    own = {path.stem for path in SCRIPTS.glob("*.py")}

    def run(case):
        seen = {}

        def examine(model, **given):
            seen.update(given, model=model)
            return Report()

        texts = case.change.after
        program = UserProgram(f"{case.name}.py", case.program.arguments, source=texts.get(f"{case.name}.py"))
        with other_sources(texts):
            session = FitAudit(program, examine=examine)
            ending = session.run()
        assert (ending.error, session.refusal) == (None, None)
        return seen.pop("model"), seen

    yield run
    for name in own & sys.modules.keys():
        del sys.modules[name]


def classes(model):
    return [type(layer).__name__ for layer in flatten_layers(model, include_self=False)]


def check(edit, model, given):
    """Holds an edit against the program, as far as it shows there."""
    name = edit.value.partition("(")[0].rpartition(".")[2]
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    if edit.kind == "insert_layer":
        assert name in classes(model)
        if name == "Normalization":
            layer = next(layer for layer in flatten_layers(model) if type(layer).__name__ == name)
            assert np.ravel(layer.adapt_variance)[0] != 1
    elif edit.kind == "set_argument" and edit.target == "fit":
        assert given[edit.argument] == ast.literal_eval(edit.value)
    elif edit.kind == "set_argument" and edit.target == "optimizer" and edit.value != "None":
        assert float(getattr(optimizer, edit.argument)) == pytest.approx(float(edit.value))
    elif edit.kind == "append" and edit.target == "fit":
        assert name in [type(callback).__name__ for callback in given["callbacks"]]
    elif edit.kind == "replace" and edit.target == "optimizer":
        assert name == type(model.optimizer).__name__
    elif edit.kind == "remove" and edit.target.startswith("layer:drop"):
        assert "Dropout" not in classes(model)


@pytest.mark.parametrize("name", names())
def test_the_changed_script_is_the_changed_program(met, name):
    case = Case.named(name)
    model, given = met(case)
    for remedy in case.change.placed:
        for edit in remedy:
            check(edit, model, given)
