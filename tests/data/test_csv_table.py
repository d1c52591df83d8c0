import numpy as np
import pytest

SMALL = "a,label,b\n" + "".join(f"{i},{'xyz'[i % 3]},{-i / 2}\n" for i in range(12))


@pytest.fixture
def table(tmp_path, load):
    """Writes tables and loads them."""

    def loaded(text, validation=None, **keys):
        (tmp_path / "t.csv").write_text(text, encoding="utf-8")
        if validation is not None:
            (tmp_path / "v.csv").write_text(validation, encoding="utf-8")
            keys["validation_path"] = "v.csv"
        return load("csv", path="t.csv", **keys)

    return loaded


def test_features_and_text_labels(table):
    data = table(SMALL, validation_split=0.25)
    assert data.class_names == ("x", "y", "z")
    assert (data.input_shape, data.class_counts.tolist()) == ((2,), [3, 3, 3])
    assert (data.train.x[:, 0] % 3 == data.train.y).all()
    np.testing.assert_array_equal(data.train.x[:, 1], -data.train.x[:, 0] / 2)


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["10", "9", "-1"], ("-1", "9", "10")),
        (["1.0", "2", "3e0"], ("1", "2", "3")),
        (["10", "9", "b"], ("9", "10", "b")),
    ],
)
def test_labels_of_any_integers_are_sorted_as_numbers(labels, names, table):
    data = table("a,label\n" + "".join(f"{i},{labels[i % 3]}\n" for i in range(9)))
    assert data.class_names == names


def test_a_validation_table_uses_the_classes_of_training(table):
    data = table(SMALL, "a,label,b\n1,z,1\n\n2,x,2\n")
    assert data.validation.y.tolist() == [2, 0]
    assert len(data.train.x) == 12


def test_quotes_spaces_and_a_byte_order_mark(table):
    data = table('\ufeff"a, b", species\n 1 ,"x ""1"""\n2,y\n3,"x ""1"""\n4, y \n', label="species")
    assert data.class_names == ('x "1"', "y")


@pytest.mark.parametrize(
    ("text", "keys", "words"),
    [
        ("", {}, "`data.path` must be a table with a header. Received: t.csv, whose first line is empty"),
        ("a,label\n", {}, "`data.path` must be a table with rows below its header. Received: t.csv without a row"),
        ("label\nx\n", {}, "`data.path` must be a table with a feature column beside the label. Received: t.csv with"),
        ("a,a,label\n1,2,x\n", {}, "`data.path` must be a table with one column of each name. Received: t.csv with"),
        (
            "a,lable\n1,x\n",
            {},
            "`data.label` must be a column of t.csv: a, lable. Did you mean `lable`? Received: data.label='label'",
        ),
        ("a,b\n1,x\n", {"label": "zzz"}, "`data.label` must be a column of t.csv: a, b. Received: data.label='zzz'"),
        (
            "a,label\n1,x\none,y\n\n,x\n",
            {},
            "`data.path` must be a table of finite numbers, with a label in column label. "
            "Received: t.csv: 2 of 3 rows, the first is line 3, column a, with 'one'",
        ),
        ("a,label\n1,x\nnan,y\n", {}, "`data.path` must be a table of finite numbers, with a label in column label."),
        ("a,label\n1,x\n1_0,y\n", {}, "`data.path` must be a table of finite numbers, with a label in column label."),
        (
            "a,label\n1,\n2,y\n",
            {},
            "`data.path` must be a table of finite numbers, with a label in column label. "
            "Received: t.csv: 1 of 2 rows, the first is line 2, column label, with ''",
        ),
        (
            "a,label\n1,x\n2\n3,y,3\n",
            {},
            "`data.path` must be a table with 2 cells in every row, as in its header. "
            "Received: t.csv: 2 of 3 rows, the first is line 3 with 1 cells",
        ),
        (
            "a,label\n1,1\n2,1.5\n3,2.5\n",
            {},
            "`column label` must be class names or integers. "
            "Received: t.csv: 2 of 3 rows with other numbers, the first is line 3 with 1.5",
        ),
        ("a,label\n1,x\n2,x\n", {}, "`column label` must be of at least two classes. Received: class 0 in all 2 rows"),
        ('a,label\n1,"x\n', {}, "`data.path` must be a CSV file that can be read. Received: t.csv: unexpected end of"),
        ("a,label\n1e39,x\n2,y\n", {}, "`t.csv` must be inputs that float32 holds after `data.input_scale`=1."),
    ],
)
def test_every_mistake_has_its_line(text, keys, words, table, refused):
    assert refused(table, text, **keys).startswith(words)


@pytest.mark.parametrize(
    ("validation", "words"),
    [
        (
            "a,b,label\n1,1,x\n",
            None,
        ),
        (
            "b,a,label\n1,1,x\n",
            "`data.validation_path` must be a table with the columns of t.csv, a, b. Received: b, a",
        ),
        (
            "a,label,b\n1,x,1\n1,w,1\n1,v,1\n",
            "`column label` must be a class that training has. "
            "Received: v.csv: 2 of 3 rows with another, the first is line 3 with 'w'",
        ),
        ("a,label,b\n1,x,y\n", "`data.validation_path` must be a table of finite numbers"),
    ],
)
def test_the_validation_table_must_fit(validation, words, table, refused):
    if words is None:
        assert len(table(SMALL, validation).validation.x) == 1
    else:
        assert refused(table, SMALL, validation).startswith(words)


def test_files_that_cannot_be_read(load, refused, tmp_path):
    assert refused(load, "csv", path="no.csv").startswith("`data.path` must be a file that exists.")
    (tmp_path / "latin.csv").write_bytes(b"a,label\n1,\xe9\n")
    assert refused(load, "csv", path="latin.csv") == (
        "`data.path` must be a CSV file in UTF-8. Received: latin.csv with byte 0xe9"
    )
