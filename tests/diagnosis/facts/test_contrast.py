import pytest

from keras_stable.diagnosis.facts import Transfer

SWAPPED = ((0, 1), (1, 0))


@pytest.mark.parametrize(
    ("transfer", "expected"),
    [
        (Transfer(0.95, 0.05, 0.1, renamed=0.9, names=SWAPPED), True),
        (Transfer(0.95, 0.05, 0.1, renamed=0.5, names=SWAPPED), False),
        (Transfer(0.1, 0.05, 0.1, renamed=0.1, names=SWAPPED), False),
        (Transfer(), False),
    ],
)
def test_other_names_explain_what_they_mend(transfer, expected):
    assert transfer.is_renamed is expected
