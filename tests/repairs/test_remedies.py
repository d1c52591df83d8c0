import pytest

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.reporting.contents import ReportContents
from keras_stable.repairs.remedies import conflict, remedies_of, together

RATE = Edit("set_argument", "optimizer", "learning_rate", "0.1")
NORM = Edit("insert_layer", "model", value="keras.layers.Normalization()")


def test_root_causes_come_first_and_an_edit_only_once(make_finding):
    findings = (
        make_finding("unscaled-inputs", NORM, cause="learning-rate-too-high"),
        make_finding("learning-rate-too-high", RATE),
        make_finding("update-ratio", RATE, cause="learning-rate-too-high"),
        make_finding("identical-outputs"),
    )
    remedies = remedies_of(ReportContents(findings))
    assert [(remedy.finding.rule, remedy.edits) for remedy in remedies] == [
        ("learning-rate-too-high", (RATE,)),
        ("unscaled-inputs", (NORM,)),
    ]
    assert remedies[0].why == "It is so. Do so."


def test_the_places_of_one_rule_are_cured_together(make_finding):
    edits = [Edit("set_argument", f"layer:{name}", "activation", '"relu"') for name in "ab"]
    report = ReportContents(tuple(make_finding("missing-nonlinearity", edit) for edit in edits))
    assert [remedy.edits for remedy in remedies_of(report)] == [tuple(edits)]


def test_a_leak_is_right_whatever_the_figures_show(make_remedy):
    assert make_remedy(rule="target-in-input").leak
    assert make_remedy(rule="metric-mismatch").sound
    assert not make_remedy(rule="metric-mismatch", general=True).sound
    assert not make_remedy().sound


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (RATE, Edit("replace", "optimizer", value="keras.optimizers.SGD()"), True),
        (RATE, Edit("set_argument", "schedule", "decay_steps", "9"), True),
        (NORM, Edit("insert_layer", "model", value="keras.layers.Normalization()"), True),
        (NORM, Edit("insert_layer", "model", value="keras.layers.Rescaling(0.1)"), False),
        (Edit("append", "fit", "callbacks", "a"), Edit("append", "fit", "callbacks", "b"), False),
        (Edit("transform_data", "data", "y", "y - 1"), Edit("transform_data", "data", "y", "y[1:]"), True),
        (Edit("transform_data", "data", "y", "y - 1"), Edit("transform_data", "data", "x", "x[1:]"), False),
        (RATE, NORM, False),
    ],
    ids=["replaced", "schedule", "twice", "two_layers", "appended", "same_data", "other_data", "other_place"],
)
def test_what_cannot_be_made_at_once(one, other, expected):
    assert conflict([one], [other]) is expected
    assert conflict([other], [one]) is expected


def test_of_two_that_conflict_the_first_is_kept(make_remedy):
    first, second, third = make_remedy(), make_remedy(value="0.2"), make_remedy("clipnorm")
    assert together([first, second, third]) == (first, third)
