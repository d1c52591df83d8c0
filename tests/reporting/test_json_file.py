import pytest

from keras_stable.reporting.json_file import read_json


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[" * 100_000], ids=["half", "bytes", "deep"])
def test_what_is_no_json_is_none(content, tmp_path):
    (tmp_path / "f.json").write_bytes(content)
    assert read_json(tmp_path / "f.json") is None
    assert read_json(tmp_path / "missing.json") is None


def test_json_is_read(tmp_path):
    (tmp_path / "f.json").write_text('{"a": [1, "ü"]}', encoding="utf-8")
    assert read_json(tmp_path / "f.json") == {"a": [1, "ü"]}
