import math

import pytest

from keras_stable.diagnosis.facts import Input, Layer, LayerOutput, Plan
from keras_stable.diagnosis.rules.model.unadapted_normalization import unadapted_normalization


def normalization(adapted, kind="Normalization", **config):
    return Layer(kind=kind, role="normalization", activation="", adapted=adapted, config=config)


def run(severities, structure, state="learning", plan=None, mean=0.0, std=1.0, **given):
    return severities(
        unadapted_normalization,
        state,
        structure=structure,
        inputs=(Input(**given),),
        plan=plan or Plan(),
        activations=(LayerOutput("l0", mean=mean, std=std),),
    )


@pytest.mark.parametrize(
    ("state", "std", "expected"),
    [
        ("stuck", 80.0, "warning"),
        ("learning", 80.0, "warning"),
        ("learning", math.nan, "warning"),
        ("stuck", 1.0, "warning"),
        ("learning", 1.0, "advice"),
    ],
)
def test_never_adapted(severities, stack, state, std, expected):
    assert run(severities, stack(normalization(False), "Dense"), state, std=std) == [expected]


@pytest.mark.parametrize(("trained", "expected"), [(False, ["advice"]), (True, ["warning"])])
def test_a_callback_may_adapt_one_of_ours_later(severities, stack, trained, expected):
    structure = stack(normalization(False, "FeatureNormalization"), "Dense")
    assert run(severities, structure, plan=Plan(trained=trained), std=80.0) == expected


@pytest.mark.parametrize(
    ("mean", "std", "state", "expected"),
    [
        (0.0, 1.0, "stuck", []),
        (0.8, 0.6, "stuck", []),
        (2.0, 1.0, "stuck", ["warning"]),
        (2.0, 1.0, "learning", ["advice"]),
        (0.0, 4.0, "stuck", ["warning"]),
        (0.0, 0.2, "stuck", ["warning"]),
        (-0.4, 0.004, "learning", ["warning"]),
        (300.0, 500.0, "learning", ["warning"]),
        (math.nan, math.nan, "stuck", []),
    ],
)
def test_adapted_to_other_data(severities, stack, mean, std, state, expected):
    assert run(severities, stack(normalization(True), "Dense"), state, mean=mean, std=std) == expected


def test_features_that_never_vary_do_not_count(severities, stack):
    structure = stack(normalization(True), "Dense")
    assert run(severities, structure, "stuck", std=0.3, features=100, constant_features=91) == []
    assert run(severities, structure, "stuck", std=0.3, features=100, constant_features=0) == ["warning"]


def test_inside_the_model_it_is_not_measured(severities, stack):
    structure = stack("Dense relu", normalization(True), "Dense")
    assert run(severities, structure, "stuck", mean=9.0) == []


def test_turning_targets_back_is_no_fault(severities, stack):
    assert run(severities, stack(normalization(True, invert=True)), "stuck", mean=22.0, std=9.0) == []
