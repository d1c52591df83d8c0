import math

import numpy as np
import pytest

HEADER = "fate,age,sex,boarded\n"
ROWS = [f"{'ab'[i % 2]},{i if i % 5 else ''},{'mf'[i % 3 == 0]},2020-01-{i + 1:02d}\n" for i in range(20)]


@pytest.fixture
def table(tmp_path, load):
    def loaded(rows=ROWS, validation=None, **keys):
        (tmp_path / "t.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
        if validation is not None:
            (tmp_path / "v.csv").write_text(validation, encoding="utf-8")
            keys["validation_path"] = "v.csv"
        return load("csv", path="t.csv", label="fate", **keys)

    return loaded


def test_the_row_stays_as_it_is(table):
    data = table()
    assert data.class_names == ("a", "b")
    assert [(column.name, column.kind) for column in data.columns] == [
        ("age", "number"),
        ("sex", "category"),
        ("boarded", "date"),
    ]
    assert {name: array.dtype for name, array in data.train.x.items()} == {
        "age": np.float32,
        "sex": object,
        "boarded": object,
    }
    for split in (data.train, data.validation):
        for age, sex, boarded, y in zip(*split.x.values(), split.y, strict=True):
            day = int(boarded[-2:]) - 1
            assert math.isnan(age) if day % 5 == 0 else age == day
            assert (sex, y) == ("mf"[day % 3 == 0], day % 2)
    assert len(data.train.y) + len(data.validation.y) == 20


def test_the_user_says_what_a_column_is_and_which_to_ignore(table):
    data = table(columns={"age": "category", "boarded": "ignore"})
    assert [(column.name, column.kind) for column in data.columns] == [("age", "category"), ("sex", "category")]


def test_a_table_of_numbers_may_lack_some_where_it_is_asked_for(tmp_path, load, refused):
    (tmp_path / "n.csv").write_text("label,a,b\nx,1,\ny,2,3\nx,3,4\ny,4,5\n")
    assert "`data.preprocess: always` takes missing values" in refused(load, "csv", path="n.csv")
    assert load("csv", path="n.csv", preprocess="always").columns[1].missing


BAD = [*ROWS, "a,1\n", ",1,m,2020-01-01\n", "b,old,m,2020-01-01\n", "b,1,m,2020-02-31\n"]


def test_rows_that_cannot_be_right_are_named_or_skipped(table, refused):
    assert refused(table, BAD) == (
        "`data.path` must be a table with 4 cells in every row, a label, and the kind of its column in every cell. "
        "Received: t.csv: 4 of 24 rows, the first is line 22 with 2 cells; `data.on_error: skip` leaves them out"
    )
    with pytest.warns(UserWarning, match="4 rows are left out, the first is t.csv: line 22 with 2 cells"):
        data = table(BAD, columns={"boarded": "date"}, on_error="skip")
    assert data.skipped[1:] == (
        "t.csv: line 23, column fate, with ''",
        "t.csv: line 24, column age, with 'old'",
        "t.csv: line 25, column boarded, with '2020-02-31'",
    )
    assert len(data.train.y) + len(data.validation.y) == 20


def test_the_validation_table_is_read_with_the_columns_of_training(table, refused):
    data = table(validation="boarded,fate,sex,age\n2021-01-01,b,other,5\n")
    assert data.validation.x["sex"].tolist() == ["other"]
    assert data.validation.y.tolist() == [1]
    assert "a table with a column sex" in refused(table, validation="boarded,fate,age\n2021-01-01,b,5\n")
    assert "a class that training has" in refused(table, validation=HEADER + "z,1,m,2020-01-01\n")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"columns": {"cabin": "text"}}, "`data.columns` must be of columns of t.csv: fate, age, sex, boarded"),
        ({"columns": {"sex": "number"}}, "`column sex` must be a column of numbers, as `data.columns` says"),
        ({"input_scale": 2.0}, "`data.input_scale` must be 1 for a table that the model preprocesses"),
        ({"columns": dict.fromkeys(["age", "sex", "boarded"], "ignore")}, "`data.columns` must be of a table with a"),
        ({"preprocess": "never"}, "`data.path` must be a table of finite numbers"),
    ],
    ids=["unknown", "kind", "scale", "nothing", "never"],
)
def test_what_does_not_fit_is_refused(keys, words, table, refused):
    assert refused(table, **keys).startswith(words)
