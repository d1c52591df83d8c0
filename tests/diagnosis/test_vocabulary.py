"""Words that nobody says, and facts that nobody reads."""

import ast
from dataclasses import fields
from pathlib import Path

import keras
import pytest

import keras_stable.diagnosis
from keras_stable.diagnosis import facts, vocabulary
from keras_stable.diagnosis.evidence.model.loss_names import snake

ROOT = Path(keras_stable.diagnosis.__file__).parent
FAMILIES = (
    *("SPARSE", "CATEGORICAL", "BINARY", "DIVERGENCE", "HINGE", "CATEGORICAL_HINGE", "OF_THE_UNIT", "OF_RATIOS"),
    "REGRESSION",
)
# What the report alone holds, for whoever reads its JSON or for the gathering of more evidence.
TOLD_ONLY = {
    "Callback.saves_best",
    "Compiled.jit_compile",
    "Curvature.iterations",
    "History.logs",
    "Learning.early",
    "Output.label_smoothing",
    "Padding.longest",
    "Padding.shortest",
    "Pipeline.seconds_a_batch",
    "Pipeline.timed_batches",
}


def trees():
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in ROOT.rglob("*.py")}


def reading(path):
    place = path.relative_to(ROOT).parts[0]
    return place in ("rules", "judging", "reporting") or path.name in (
        "learning.py",
        "trajectory.py",
        "data.py",
        "loss_check.py",
    )


def test_every_fact_is_read_by_a_rule_the_judge_or_the_report():
    read = set()
    for path, tree in trees().items():
        if reading(path):
            for node in ast.walk(tree):
                if isinstance(node, ast.Attribute):
                    read.add(node.attr)
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    read.add(node.value)
    unread = {
        f"{name}.{field.name}"
        for name in facts.__all__
        for field in fields(getattr(facts, name))
        if field.name not in read
    }
    assert unread == TOLD_ONLY & unread
    assert not unread - TOLD_ONLY


def test_every_trial_is_made_and_read():
    made = {**vocabulary.RATE_FACTORS}
    named = {
        vocabulary.UNCHANGED,
        vocabulary.STANDARDIZED_INPUTS,
        vocabulary.STANDARDIZED_TARGETS,
        vocabulary.ZEROED_INPUTS,
    }
    assert set(vocabulary.TRIAL_NAMES) == named | set(made)
    trials = (ROOT / "evidence" / "training" / "trials.py").read_text(encoding="utf-8")
    for word in ("RATE_FACTORS", "STANDARDIZED_INPUTS", "STANDARDIZED_TARGETS", "ZEROED_INPUTS"):
        assert trials.count(word) >= 2, f"{word} is not made"
    rules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "rules").rglob("*.py"))
    for word in ("LOWER_RATES", "HIGHER_RATES", "STANDARDIZED_INPUTS", "STANDARDIZED_TARGETS"):
        assert word in rules, f"{word} is not read"


@pytest.mark.parametrize("name", FAMILIES)
def test_every_loss_of_a_family_is_one_that_keras_has(name):
    known = {snake(loss) for loss in dir(keras.losses)} | set(dir(keras.losses))
    assert getattr(vocabulary, name) <= known


def test_families_of_losses_do_not_overlap():
    families = [getattr(vocabulary, name) for name in FAMILIES[:-1]]
    assert sum(map(len, families)) == len(frozenset().union(*families))


def test_no_second_list_of_losses_is_kept():
    """One that holds two losses of a family beside the vocabulary would go its own way."""
    losses = vocabulary.FOR_CLASSES | vocabulary.REGRESSION | vocabulary.DIVERGENCE
    for path, tree in trees().items():
        if path.name == "vocabulary.py":
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Set | ast.List | ast.Tuple):
                listed = {item.value for item in node.elts if isinstance(item, ast.Constant)}
                assert len(listed & losses) < 2, f"{path.name}:{node.lineno}"
