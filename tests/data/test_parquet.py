import datetime
import sys

import numpy as np
import pyarrow
import pyarrow.parquet


def write(path, **columns):
    pyarrow.parquet.write_table(pyarrow.table(columns), path)


def test_numbers_texts_dates_and_nulls(tmp_path, load):
    days = [datetime.datetime(2020, 1, 1 + day, 10) for day in range(9)] + [None]
    names = ["x", None] * 5
    write(tmp_path / "t.parquet", label=[i % 2 for i in range(10)], n=[None, *range(9)], name=names, at=days)
    data = load("parquet", path="t.parquet")
    assert [(column.name, column.kind, column.missing) for column in data.columns] == [
        ("n", "number", True),
        ("name", "category", False),
        ("at", "date", True),
    ]
    assert data.columns[2].with_time
    assert set(data.train.x["name"]) == {"x", ""}
    assert data.class_names == ("0", "1")


def test_a_table_of_numbers_is_an_array(tmp_path, load):
    write(tmp_path / "t.parquet", label=["a", "b"] * 5, x=np.arange(10.0), y=np.arange(10))
    data = load("parquet", path="t.parquet", validation_path="t.parquet")
    assert data.columns is None
    assert data.train.x.tolist() == [[i, i] for i in range(10)]
    assert data.class_names == ("a", "b")


def test_files_that_are_none_are_refused(tmp_path, load, refused):
    (tmp_path / "t.parquet").write_bytes(b"PAR1 broken PAR1")
    assert refused(load, "parquet", path="t.parquet").startswith("`data.path` must be a Parquet file that can be read")
    assert refused(load, "parquet", path="no.parquet").startswith("`data.path` must be a file that exists")
    write(tmp_path / "u.parquet", label=["a", "b"], name=["x", "y"])
    assert "`data.label` must be a column" in refused(load, "parquet", path="u.parquet", label="fate")
    assert "a table of numbers for" in refused(load, "parquet", path="u.parquet", preprocess="never")


def test_a_missing_library_is_said(monkeypatch, load, refused):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "`pip install pyarrow`" in refused(load, "parquet", path="t.parquet")


def test_one_that_does_not_fit_numpy_is_said(tmp_path, monkeypatch, load, refused):
    (tmp_path / "pyarrow.py").write_text("raise ImportError('pyarrow requires NumPy 2.0 or newer, found 1.26.0')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "pyarrow")
    said = refused(load, "parquet", path="t.parquet")
    assert "`data.kind` must be csv where pyarrow cannot be imported" in said
    assert "pyarrow requires NumPy 2.0" in said
