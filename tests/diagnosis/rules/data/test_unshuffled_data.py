import pytest

from keras_stable.diagnosis.facts import Labels, Output, Plan
from keras_stable.diagnosis.rules.data.unshuffled_data import unshuffled_data

DOMINANT = Labels(class_counts=((0, 990), (1, 10)), distinct=2)
PAIR = Labels(class_counts=((0, 500), (1, 500)), distinct=2)


@pytest.mark.parametrize(
    ("plan", "labels", "state", "expected"),
    [
        (Plan(shuffle=False, single_class_batches=0.9), Labels(), "stuck", ["warning"]),
        (Plan(shuffle=None, single_class_batches=0.9), Labels(), "unknown", ["warning"]),
        (Plan(shuffle=None, single_class_batches=0.9), Labels(), "learning", ["advice"]),
        (Plan(shuffle=True, single_class_batches=0.9), Labels(), "stuck", []),
        (Plan(shuffle=False, single_class_batches=0.1), Labels(), "stuck", []),
        (Plan(shuffle=False, single_class_batches=None), Labels(), "stuck", []),
        (Plan(shuffle=False, single_class_batches=0.75), DOMINANT, "stuck", []),
        (Plan(shuffle=False, single_class_batches=0.6, batch_size=2), PAIR, "stuck", []),
        (Plan(shuffle=False, single_class_batches=1.0, steps_per_epoch=1), Labels(), "stuck", []),
    ],
)
def test_batches(severities, plan, labels, state, expected):
    assert severities(unshuffled_data, state, plan=plan, labels=(labels,), outputs=(Output(),)) == expected
