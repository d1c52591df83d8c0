import pytest

from keras_stable.diagnosis.facts import TargetCopy
from keras_stable.diagnosis.rules.program.target_in_input import target_in_input


def only(copy):
    (found,) = target_in_input.run({"target_copies": (copy,)})
    return found


@pytest.mark.parametrize(
    ("copy", "message", "remedy"),
    [
        (TargetCopy(place=(23, 0)), "step 23 of 24, the last, feature 0", "`y = series[24:]`"),
        (TargetCopy(place=(5, 2), target="[1]"), "output[1] is step 5 of 24, feature 2", "`x = x[:, :5]`"),
        (TargetCopy(place=(0, 0)), "is step 0 of 24, feature 0", "`series[24:]` for windows of 24 steps."),
        (TargetCopy(place=(3,), steps=0), "is column 3 of input.", "`x = np.delete(x, 3, axis=1)`"),
        (TargetCopy(place=(0, 2), each_step=True), "the same step's feature 2", "Take feature 2 out"),
        (
            TargetCopy(place=(23, 0), factor=2.0, offset=-3.0, share=0.97),
            "In 97% of 1,000 rows the target output is 2 times step 23 of 24, the last, feature 0, of input minus 3.",
            "one step too late",
        ),
    ],
)
def test_it_names_the_place(copy, message, remedy):
    found = only(copy)
    assert message in found.message
    assert remedy in found.remedy


@pytest.mark.parametrize(("used", "expected"), [(True, "warning"), (None, "warning"), (False, None)])
def test_a_value_that_the_model_cuts_off(severity, used, expected):
    assert severity(target_in_input, target_copies=(TargetCopy(used=used),)) == expected


def test_targets_of_their_own(severity):
    assert severity(target_in_input, target_copies=()) is None
