import numpy as np
import pytest

from keras_stable.data.columns import cells_of, find_column
from keras_stable.errors import DataError

TEXTS = [f"a note of some words, number {row}" for row in range(30)]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2.5", "NA", ""], "number"),
        (["1"] * 19 + ["one"], "number"),
        (["1", "one", "two"], "category"),
        (["x", "y", ""], "category"),
        (["2024-01-02", "", "2023-12-31 10:00"], "date"),
        (["13.01.2024", "01.02.2024"], "date"),
        (TEXTS, "text"),
        (TEXTS[:5], "category"),
    ],
)
def test_the_cells_say_what_a_column_holds(cells, kind):
    assert find_column("c", cells).kind == kind


def test_what_the_model_must_know_is_of_what_is_there():
    number = find_column("c", ["10", "30", "", "nan"])
    assert (number.mean, number.deviation, number.missing) == (20, 10, True)
    assert find_column("c", ["7", "7"]).deviation == 1
    date = find_column("c", ["1970-01-01", "1970-01-03 10:00"])
    assert (date.mean, date.deviation, date.with_time, date.missing) == (1, 1, True, False)
    assert find_column("c", ["1/31/2020", "12/1/2020"]).order == "month-day-year"
    assert find_column("c", ["b", "a", "b", ""]).vocabulary == ("b", "a", "")
    assert find_column("c", TEXTS).vocabulary[:3] == ("a", "note", "of")


def test_cells_that_cannot_be_right_are_told():
    values, wrong = cells_of(find_column("c", ["1"] * 19), ["2", "NA", "x", "1e39", "inf"])
    assert wrong.tolist() == [False, False, True, True, True]
    assert values[:2].tolist()[0] == 2
    assert np.isnan(values[1])
    _, wrong = cells_of(find_column("c", ["2024-01-02"]), ["2024-02-30", "", "2024-02-29"])
    assert wrong.tolist() == [True, False, False]
    assert not cells_of(find_column("c", ["x"]), ["anything"])[1].any()


def test_the_user_may_say_the_kind():
    assert find_column("zip", ["12345", "54321"], "category").vocabulary == ("12345", "54321")
    with pytest.raises(DataError, match="`column c` must be a column of dates, as `data.columns` says. Received: 'x'"):
        find_column("c", ["x"], "date")
    with pytest.raises(DataError, match='`data.columns: {c: "ignore"}` leaves it out. Received: 2 empty cells'):
        find_column("c", ["", "NA"])
