"""The audit on whole programs, as in `tools/audit_zoo.py`: sick ones are named, healthy ones are left in peace."""

import gc
import sys
from pathlib import Path

import keras
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from zoo import HEALTHY, SICK, verdicts
from zoo.examining import examined

# Kinds that differ, and that train within seconds.
SPARED = (
    "breast_cancer_sigmoid",
    "embedding_pooling",
    "diabetes_scaled",
    "two_outputs",
)
NAMED = (
    "relu_readout",
    "relu_layer_that_died",
    "division_by_zero_deviation",
    "classes_from_one",
    "weight_zero",
)


@pytest.fixture(autouse=True)
def memory():
    yield
    keras.backend.clear_session()
    gc.collect()


@pytest.fixture(scope="module")
def kept():
    return verdicts.read()


def checked(program, kept):
    """Returns the verdicts on a program, which must be those that were kept."""
    new = verdicts.verdicts_of(examined(program, verdicts.SEED))
    for name, verdict in new.items():
        causes = [(statement.severity, statement.rule) for statement in verdict.causes]
        assert (verdict.state, causes, verdict.crashed) == (
            kept[name].state,
            [(statement.severity, statement.rule) for statement in kept[name].causes],
            (),
        ), "\n".join(verdicts.moved(kept, new))
    return list(new.values())


@pytest.mark.parametrize("name", SPARED)
def test_a_healthy_program_is_left_in_peace(name, kept):
    before, after = checked(HEALTHY[name], kept)
    assert before.causes == after.causes == ()


@pytest.mark.parametrize("name", NAMED)
def test_what_a_sick_program_has_is_named_first(name, kept):
    (verdict,) = checked(SICK[name], kept)
    assert verdict.causes[0].rule in SICK[name].first_causes, verdict.lines()
