import pytest

from keras_stable.diagnosis.facts import Labels, Output
from keras_stable.diagnosis.rules.data._label_values import values_problem

THREE = Output(width=3, shape=(3,))


@pytest.mark.parametrize(
    ("label", "edit"),
    [
        (Labels(minimum=1, maximum=3, distinct=3, class_counts=((1, 9), (2, 9), (3, 9))), "data: y = y - 1"),
        (Labels(minimum=-1, maximum=1, distinct=3, class_counts=((-1, 9), (0, 9), (1, 9))), "data: y = y + 1"),
        (
            Labels(minimum=3, maximum=9, distinct=3, class_counts=((3, 9), (5, 9), (9, 9))),
            "data: y = np.unique(y, return_inverse=True)[1].reshape(y.shape)",
        ),
        (Labels(), "layer:readout: units=10"),
    ],
)
def test_ids_are_moved_renumbered_or_given_more_units(label, edit):
    _, remedy, [only] = values_problem(THREE, label, "data", "loss")
    assert str(only) == edit
    assert only.value in remedy


def test_a_loss_for_numbers_goes_with_a_linear_end():
    counts = Output(loss="poisson", width=1, shape=(1,), activation="exponential")
    _, _, edits = values_problem(counts, Labels(kind="real", minimum=-3.5, distinct=90), "data", "loss:b")
    assert [*map(str, edits)] == ['layer:readout: activation="linear"', 'loss:b: replace by "mean_squared_error"']


def test_labels_in_range():
    assert values_problem(Output(), Labels(), "data", "loss") is None
