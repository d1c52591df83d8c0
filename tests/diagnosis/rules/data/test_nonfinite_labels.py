import pytest

from keras_stable.diagnosis.facts import Labels, Output
from keras_stable.diagnosis.rules.data.nonfinite_labels import nonfinite_labels


@pytest.mark.parametrize(
    ("loss", "state", "severity"),
    [
        ("mean_squared_error", "diverging", "error"),
        ("mean_squared_error", "learning", "error"),
        ("custom", "stuck", "error"),
        ("custom", "learning", "advice"),
    ],
)
def test_a_loss_of_ones_own_may_leave_them_out(severities, loss, state, severity):
    labels = (Labels(nonfinite=3, nonfinite_rows=(1,)),)
    assert severities(nonfinite_labels, state, labels=labels, outputs=(Output(loss=loss),)) == [severity]


def test_finite_labels_are_fine(severities):
    assert severities(nonfinite_labels, "stuck", labels=(Labels(),), outputs=(Output(),)) == []
