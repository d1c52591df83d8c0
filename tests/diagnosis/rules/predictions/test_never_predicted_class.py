import pytest

from keras_stable.diagnosis.facts import Evaluation, OutputEvaluation, Plan, Probe
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.predictions.never_predicted_class import never_predicted_class


def answers(sizes, recalls):
    output = OutputEvaluation(label_counts=tuple(enumerate(sizes)), recall=tuple(enumerate(recalls)))
    return Evaluation(outputs=(output,))


@pytest.mark.parametrize(
    ("sizes", "recalls", "expected"),
    [
        ((50, 50, 50), (0.9, 0.8, 0.0), "warning"),
        ((50, 50, 50), (0.9, 0.8, 0.1), None),
        ((50, 50, 10), (0.9, 0.8, 0.0), "advice"),
        ((900, 900, 60), (0.9, 0.8, 0.0), "advice"),
        ((950, 50), (1.0, 0.0), "advice"),
        ((50, 50, 50), (0.9, 0.2, 0.0), "advice"),
        ((50, 50, 50), (1.0, 0.0, 0.0), "advice"),
        ((), (), None),
    ],
)
def test_missed_classes_of_a_trained_model(severity, learning, sizes, recalls, expected):
    evidence = {"plan": Plan(trained=True), "evaluation": answers(sizes, recalls), "learning": learning()}
    assert severity(never_predicted_class, **evidence) == expected


def test_before_training_it_is_advice_at_most(severity, learning):
    missed = answers((50, 50, 50), (0.9, 0.8, 0.0))
    evidence = {"plan": Plan(), "evaluation": missed, "probe": Probe(after=missed)}
    assert severity(never_predicted_class, learning=learning("stuck"), **evidence) == "advice"
    with pytest.raises(Skip):
        severity(never_predicted_class, learning=learning(), **evidence)


def test_a_message_names_the_first_few(learning):
    evidence = {"plan": Plan(trained=True), "evaluation": answers((50,) * 20, (0.0,) * 20), "learning": learning()}
    [finding] = never_predicted_class.run(evidence)
    assert finding.message == "20 of 20 classes have a recall of 0: 0, 1, 2, 3, 4, ...."
