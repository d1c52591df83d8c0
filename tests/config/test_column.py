import re

import pytest

from keras_stable.config.column import PATTERNS


@pytest.mark.parametrize(
    ("order", "text", "groups"),
    [
        ("year-month-day", "2024-02-29", ("2024", "02", "29", None)),
        ("year-month-day", "2024/2/9T07:30:00.5Z", ("2024", "2", "9", "07")),
        ("day-month-year", "31.12.1999 23:59", ("31", "12", "1999", "23")),
        ("month-day-year", "12/31/1999", ("12", "31", "1999", None)),
        ("year-month-day", "2024", None),
        ("day-month-year", "1.1.99", None),
    ],
)
def test_patterns_have_the_parts_of_a_date(order, text, groups):
    match = re.fullmatch(PATTERNS[order], text)
    assert (match and match.groups()) == groups
