import numpy as np
import pytest

from keras_stable.data.csv_reading import number_of, read_table
from keras_stable.errors import DataError


@pytest.fixture
def read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def reading(content):
        (tmp_path / "t.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table("data.path", "t.csv", "label")

    return reading


def test_the_label_column_may_stand_anywhere(read):
    table = read("a, label ,b\n1,x,2.5\n\n3e1, y ,-4\n")
    assert (table.path, table.columns, table.labels, table.lines) == ("t.csv", ("a", "b"), ["x", "y"], [2, 4])
    np.testing.assert_array_equal(table.x, [[1.0, 2.5], [30.0, -4.0]])
    assert table.x.dtype == np.float64


def test_a_cell_of_several_lines_moves_the_line_numbers(read):
    assert read('a,label\n1,"x\ny"\n2,z\n').lines == [3, 4]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "a,label\n1,x\n2\n3,y,4\n",
            "2 cells in every row, .* 2 of 3 rows, the first is line 3 with 1 cells",
        ),
        ("a,label\n1,x\ntwo,y\n", "finite numbers, .* 1 of 2 rows, the first is line 3, column a, with 'two'"),
        ("a,label\n1,x\n2, \n", "with a label in column label. .* line 3, column label, with ' '"),
        ("a,label\n", "rows below its header. Received: t.csv without a row"),
        ("", "a table with a header"),
        ("a,a,label\n", "one column of each name. Received: t.csv with column 'a' twice"),
        ("a,labels\n", "Did you mean `labels`\\?"),
        ("label\nx\n", "a feature column beside the label"),
        (b"a,label\n1,\xff\n", "a CSV file in UTF-8. Received: t.csv with byte 0xff"),
        ('a,label\n1,"x\n', "a CSV file that can be read"),
    ],
)
def test_every_mistake_has_its_line(content, message, read):
    with pytest.raises(DataError, match=message) as caught:
        read(content)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("cell", ["inf", "nan", "1_000", "", "0x10", "1,5"])
def test_what_is_no_finite_number(cell):
    assert number_of(cell) is None
