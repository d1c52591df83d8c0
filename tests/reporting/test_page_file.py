import errno
import os

import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.reporting.page_file import check_page_path, write_page


def test_missing_directories_are_made_and_an_earlier_file_is_replaced(tmp_path):
    path = tmp_path / "a" / "b" / "page.html"
    assert write_page(path, "first") == path
    write_page(str(path), "second")
    assert path.read_text() == "second"
    assert os.listdir(path.parent) == ["page.html"]


def test_a_directory_is_refused(tmp_path):
    with pytest.raises(InvalidArgumentError) as caught:
        check_page_path(tmp_path)
    assert str(caught.value) == (
        f"`html` must be a path for a file; a directory is there. Received: html={str(tmp_path)!r}"
    )


def test_a_device_is_left_alone():
    with pytest.raises(InvalidArgumentError, match="not a regular file"):
        write_page(os.devnull, "text")
    assert not os.path.isfile(os.devnull)


def test_a_file_in_the_place_of_a_directory(tmp_path):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(InvalidArgumentError, match=r"^`html` must be a path that can be written. Received: html="):
        write_page(tmp_path / "file" / "page.html", "text")
    assert (tmp_path / "file").read_text() == "kept"


def test_a_write_that_fails_leaves_the_earlier_page(tmp_path, monkeypatch):
    path = tmp_path / "page.html"
    path.write_text("earlier")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(type(path), "replace", full)
    with pytest.raises(InvalidArgumentError, match=r"must be a path that can be written.*\(No space left on device\)$"):
        write_page(path, "later")
    assert path.read_text() == "earlier"
    assert os.listdir(tmp_path) == ["page.html"]


def test_text_with_bytes_that_are_not_utf_8(tmp_path):
    path = write_page(tmp_path / "page.html", "a\udcffb é")
    assert path.read_text(encoding="utf-8") == "a\\udcffb é"
