"""The audit on whole programs, as in `tools/audit_zoo.py`: sick ones are named, healthy ones are left in peace."""

import gc
import sys
from pathlib import Path

import keras
import pytest

import keras_stable

sys.path.insert(0, str(Path(__file__).parent))

from zoo import HEALTHY, SICK

TAKEN = ("batch_size", "epochs", "validation_data", "shuffle", "class_weight", "validation_split")
# Kinds that differ, and that train within seconds.
SPARED = (
    "breast_cancer_sigmoid",
    "xor_tanh",
    "conv_batch_normalization",
    "embedding_pooling",
    "diabetes_scaled",
    "two_outputs",
)
NAMED = (
    "relu_readout",
    "relu_layer_that_died",
    "house_prices_by_sgd",
    "division_by_zero_deviation",
    "convolutions_without_activation",
    "classes_from_one",
    "weight_zero",
)


@pytest.fixture(autouse=True)
def memory():
    yield
    keras.backend.clear_session()
    gc.collect()


def audit(built, history=None):
    model, x, y, arguments = built
    taken = {name: value for name, value in arguments.items() if name in TAKEN}
    return keras_stable.audit(model, x, y, history=history, **taken)


def fit(built):
    model, x, y, arguments = built
    return model.fit(x, y, verbose=0, **arguments)


def causes(report):
    return list(dict.fromkeys(finding.rule for finding in report.at_least("warning")))


@pytest.mark.parametrize("name", SPARED)
def test_a_healthy_program_is_left_in_peace(name):
    built = HEALTHY[name].build(0)
    before = audit(built)
    after = audit(built, fit(built))
    assert before.ok, str(before)
    assert after.ok, str(after)


@pytest.mark.parametrize("name", NAMED)
def test_what_a_sick_program_has_is_named_first(name):
    program = SICK[name]
    built = program.build(0)
    report = audit(built, fit(built) if program.stage == "after" else None)
    assert not report.crashed
    assert causes(report)[:1], str(report)
    assert causes(report)[0] in program.first_causes, str(report)
