import os
from pathlib import Path

import pytest

from keras_stable.reporting.temporary_path import TemporaryPath


def names(directory):
    return sorted(path.name for path in directory.iterdir())


def test_the_final_path_is_there_only_when_the_file_is_whole(tmp_path):
    final = tmp_path / "new" / "figures.json"
    with TemporaryPath(final) as path:
        path.write_text("{")
        assert not final.exists()
        assert path.parent == final.parent
        assert path.suffix == ".json"
        path.write_text("{}")
    assert final.read_text() == "{}"
    assert names(final.parent) == ["figures.json"]


def test_an_exception_leaves_the_earlier_file_alone(tmp_path):
    final = tmp_path / "page.html"
    final.write_text("earlier")

    def interrupted():
        with TemporaryPath(final) as path:
            path.write_text("half a pa")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert final.read_text() == "earlier"
    assert names(tmp_path) == ["page.html"]


def test_a_directory_takes_the_place_of_an_empty_one(tmp_path):
    final = tmp_path / "1"
    final.mkdir()
    left_behind = TemporaryPath(final).path
    left_behind.mkdir()
    (left_behind / "half").touch()
    with TemporaryPath(final) as path:
        path.mkdir()
        (path / "model").touch()
    assert names(tmp_path) == ["1"]
    assert names(final) == ["model"]


def test_a_directory_that_holds_something_is_never_replaced(tmp_path):
    final = tmp_path / "1"
    final.mkdir()
    (final / "thesis.txt").touch()
    with pytest.raises(OSError, match="not empty"), TemporaryPath(final) as path:
        path.mkdir()
    assert names(tmp_path) == ["1"]
    assert names(final) == ["thesis.txt"]


def test_a_temporary_name_tells_its_final_name():
    path = TemporaryPath("somewhere/model.keras").path
    assert path.parent == Path("somewhere")
    assert TemporaryPath.final_name(path.name) == "model.keras"
    for name in ("model.keras", ".partial", ".partial-x-model.keras", ".partial-3-", ".hidden"):
        assert TemporaryPath.final_name(name) is None


@pytest.mark.parametrize("letter", ["a", "é"])
def test_the_longest_name_that_a_file_can_have(letter, tmp_path):
    final = tmp_path / (letter * ((255 - 5) // len(os.fsencode(letter))) + ".html")
    with TemporaryPath(final) as path:
        path.write_text("whole")
    assert names(tmp_path) == [final.name]
