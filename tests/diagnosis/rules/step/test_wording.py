import pytest

from keras_stable.diagnosis.rules.step._wording import listed


@pytest.mark.parametrize(
    ("things", "most", "text"),
    [
        ([], 5, ""),
        (["a"], 5, "a"),
        (range(5), 5, "0, 1, 2, 3, 4"),
        (range(6), 5, "0, 1, 2, 3, 4 and 1 more"),
        (["a", "b", "c"], 1, "a and 2 more"),
    ],
)
def test_the_first_things_and_how_many_more_there_are(things, most, text):
    assert listed(things, most) == text


def test_five_things_are_told_unless_another_number_is_asked_for():
    assert listed(range(7)) == "0, 1, 2, 3, 4 and 2 more"
