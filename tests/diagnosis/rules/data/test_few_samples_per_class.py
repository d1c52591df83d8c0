import pytest

from keras_stable.diagnosis.facts import History, Labels, Output, Plan
from keras_stable.diagnosis.rules.data.few_samples_per_class import few_samples_per_class

APART = History(accuracy=(0.3, 0.99), val_accuracy=(0.1, 0.2))
ALIKE = History(accuracy=(0.3, 0.99), val_accuracy=(0.2, 0.9))
LOSSES_APART = History(loss=(2.0, 0.1), val_loss=(2.1, 3.0))


def labels(classes, each, **more):
    counts = tuple((k, each) for k in range(classes))
    return Labels(class_counts=counts, samples=classes * each, distinct=classes, **more)


@pytest.mark.parametrize(
    ("given", "state", "history", "expected"),
    [
        (labels(50, 10), "diverging", None, ["warning"]),
        (labels(50, 10), "stuck", None, ["warning"]),
        (labels(50, 10), "learning", None, ["advice"]),
        (labels(50, 10), "unknown", None, ["advice"]),
        (labels(50, 10), "learning", APART, ["warning"]),
        (labels(50, 10), "learning", LOSSES_APART, ["warning"]),
        (labels(50, 10), "learning", ALIKE, ["advice"]),
        (labels(50, 100), "diverging", APART, []),
        (labels(2, 2), "stuck", None, []),
        (labels(3, 10), "stuck", None, ["advice"]),
        (labels(3, 10), "learning", APART, ["warning"]),
    ],
)
def test_it_counts_with_many_classes_in_trouble_or_where_validation_falls_behind(
    severities, given, state, history, expected
):
    evidence = {"labels": (given,), "outputs": (Output(),), "plan": Plan(samples=given.samples)}
    if history is not None:
        evidence["history"] = history
    assert severities(few_samples_per_class, state, **evidence) == expected


def test_rare_classes_beside_common_ones_are_another_rule(severities):
    given = Labels(class_counts=((0, 500), (1, 400), (2, 300), (3, 3)))
    assert severities(few_samples_per_class, "stuck", labels=(given,), outputs=(Output(),), plan=Plan()) == []


def test_rows_that_were_not_examined_count_too(severities):
    evidence = {"labels": (labels(50, 10),), "outputs": (Output(),), "plan": Plan(samples=50_000)}
    assert severities(few_samples_per_class, "stuck", **evidence) == []


def test_a_stream_that_was_not_read_to_its_end_may_have_more(severities):
    for complete, expected in ((True, ["warning"]), (False, [])):
        plan = Plan(kind="dataset", samples=None)
        evidence = {"labels": (labels(50, 10, complete=complete),), "outputs": (Output(),), "plan": plan}
        assert severities(few_samples_per_class, "stuck", **evidence) == expected
