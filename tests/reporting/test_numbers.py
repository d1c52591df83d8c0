import pytest

from keras_stable.reporting.numbers import count, share, significant


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (112200.0, "112,200"),
        (999.6, "1,000"),
        (100.4, "100"),
        (99.96, "100"),
        (12.345, "12.3"),
        (9.999, "10.0"),
        (0.5, "0.500"),
        (0.00012345, "0.000123"),
        (9.9e-5, "9.90e-05"),
        (123456789.0, "123,456,789"),
        (-8.5, "-8.50"),
    ],
)
def test_three_significant_digits(value, text):
    assert significant(value) == text


def test_shares_keep_their_zeros():
    assert [share(value) for value in (1.0, 0.98, 0.0004)] == ["1.000", "0.980", "0.000"]


def test_a_mean_of_counts_has_one_decimal():
    assert [count(value) for value in (10.0, 9.96, 0)] == ["10", "10.0", "0"]
