"""What the tests of every family of rules share."""

import ast
import inspect
import typing

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable.diagnosis.edit import TARGET, EditKind
from keras_stable.diagnosis.facts import Learning
from keras_stable.diagnosis.rule import Rule

NAMES = {"keras": keras, "keras_stable": keras_stable, "np": np, "tf": tf}
# What an argument may be one of, by the target of its edit.
TAKERS = {
    "fit": [keras.Model.fit],
    "compile": [keras.Model.compile],
    "optimizer": [keras.optimizers.Adam],
    "schedule": [keras.optimizers.schedules.CosineDecay, keras.optimizers.schedules.ExponentialDecay],
    "loss": [keras.losses.SparseCategoricalCrossentropy],
}
LAYERS = [getattr(keras.layers, name) for name in ("Dense", "Conv1D", "Embedding", "LSTM", "Dropout", "Softmax")]
LAYERS += [keras.layers.BatchNormalization]
WITH_ARGUMENT = {"set_argument", "set_attribute", "call", "append", "transform_data"}


@pytest.fixture(autouse=True)
def edits_can_be_made(monkeypatch):
    """Holds every finding of every test to what `Edit` promises, and to the words of its remedy."""
    run = Rule.run

    def checked(rule, evidence):
        for finding in run(rule, evidence):
            remedy = (finding.remedy or rule.remedy).lower()
            for edit in finding.edits:
                check(edit, evidence.get("structure"))
                # What only makes room for the first edit goes without saying.
                room = edit.value == "None" and edit != finding.edits[0]
                assert room or any(word.lower() in remedy for word in words(edit)), f"{edit} is not what it says"
            assert len(set(finding.edits)) == len(finding.edits)
            yield finding

    monkeypatch.setattr(Rule, "run", checked)


def check(edit, structure):
    """Asserts that a program can make an edit."""
    assert edit.kind in typing.get_args(EditKind)
    assert TARGET.fullmatch(edit.target), edit
    assert bool(edit.argument) == (edit.kind in WITH_ARGUMENT), edit
    assert bool(edit.value) == (edit.kind != "remove"), edit
    if not edit.value:
        return
    ast.parse(edit.value, mode="eval")
    if edit.kind == "transform_data":
        assert edit.argument in ("x", "y", "validation_data")
        return
    made = None if edit.kind == "call" else eval(edit.value, {**NAMES, "optimizer": keras.optimizers.SGD()})
    if edit.kind == "insert_layer":
        assert isinstance(made, keras.layers.Layer)
    if edit.kind == "replace":
        readers = {"optimizer": keras.optimizers.get, "loss": keras.losses.get, "metric": keras.metrics.get}
        read = readers.get(edit.target.partition(":")[0])
        assert callable(read(made)) if edit.target != "optimizer" and read else made is not None
    if edit.argument:
        owners = takers(edit.target, structure)
        takes = [edit.argument in inspect.signature(owner).parameters for owner in owners]
        takes += [hasattr(owner, edit.argument) for owner in owners if edit.kind in ("call", "set_attribute")]
        assert any(takes), f"{edit} names no argument of {owners}"


def takers(target, structure):
    """Returns what may have the argument: the class of the layer where that is known."""
    kind, _, name = target.partition(":")
    if kind == "callback":
        return [getattr(keras.callbacks, name.partition("[")[0])]
    if kind == "model":
        return [keras.Model]
    layer = structure.layer(name) if structure is not None else None
    if layer is not None and hasattr(keras.layers, layer.kind):
        return [getattr(keras.layers, layer.kind)]
    return TAKERS.get(kind, [*LAYERS, keras.layers.Normalization])


def words(edit):
    """Returns what a remedy may call an edit by: its argument, or the names, texts and numbers in its value."""
    kind, _, name = edit.target.partition(":")
    if edit.kind == "remove":
        return [name, "dropout" if kind == "layer" else kind]
    own = [] if edit.argument in ("x", "y", "validation_data") else [edit.argument]
    nodes = list(ast.walk(ast.parse(edit.value, mode="eval")))
    own += [node.id for node in nodes if isinstance(node, ast.Name) and node.id not in (*NAMES, "x", "y")]
    own += [node.attr for node in nodes if isinstance(node, ast.Attribute) and node.attr not in ("layers", "losses")]
    own += [str(node.value) for node in nodes if isinstance(node, ast.Constant)]
    return [word for word in (*own, edit.value) if word]


@pytest.fixture
def found():
    """Returns the findings of a rule as (severity, confidence) pairs."""

    def run(rule, **evidence):
        return [(each.severity or rule.severity, each.confidence) for each in rule.run(evidence)]

    return run


@pytest.fixture
def severity(found):
    """Returns the severity of the one finding of a rule; None without any."""

    def run(rule, **evidence):
        findings = found(rule, **evidence)
        assert len(findings) <= 1
        return findings[0][0] if findings else None

    return run


@pytest.fixture
def learning():
    """Returns a judgement of a state."""

    def judged(state="learning", **more):
        return Learning(state=state, **more)

    return judged


@pytest.fixture
def severities():
    """Runs a rule and returns the severities of what it finds, with the judgement given as a state."""

    def run(rule, state="learning", **evidence):
        if "learning" in (*rule.needs, *rule.uses):
            evidence.setdefault("learning", Learning(state=state))
        return [found.severity or rule.severity for found in rule.run(evidence)]

    return run
