import pytest

from keras_stable.diagnosis.facts import Duplicates, Labels, Output
from keras_stable.diagnosis.rules.data.conflicting_labels import conflicting_labels


@pytest.mark.parametrize(
    ("conflicting", "state", "expected"),
    [
        (0, "stuck", []),
        (20, "stuck", ["advice"]),
        (200, "stuck", ["warning"]),
        (200, "learning", ["advice"]),
        (200, "unknown", ["advice"]),
    ],
)
def test_many_count_where_nothing_is_learnt(severities, conflicting, state, expected):
    duplicates = Duplicates(repeated=300, conflicting=conflicting, conflicting_rows=((5, 2),))
    evidence = {"duplicates": duplicates, "labels": (Labels(),), "outputs": (Output(),)}
    assert severities(conflicting_labels, state, **evidence) == expected


@pytest.mark.parametrize(("repeated", "lost"), [(900, True), (300, False)])
def test_inputs_that_lost_what_told_them_apart(learning, repeated, lost):
    duplicates = Duplicates(samples=1000, repeated=repeated, conflicting=280)
    evidence = {"duplicates": duplicates, "labels": (Labels(),), "outputs": (Output(),), "learning": learning("stuck")}
    [finding] = conflicting_labels.run(evidence)
    assert ("Only 100 inputs are different." in finding.message) == lost
    assert ("Look at a few rows of x" in (finding.remedy or "")) == lost


def test_repeated_measurements_differ(severities):
    evidence = {
        "duplicates": Duplicates(repeated=300, conflicting=290),
        "labels": (Labels(kind="real", class_counts=()),),
        "outputs": (Output(loss="mean_squared_error"),),
    }
    assert severities(conflicting_labels, "stuck", **evidence) == ["advice"]
