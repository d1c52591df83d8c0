import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.export.version_directory import existing_versions, new_version, removed_if_empty


def add(root, *, meanwhile=None, error=None, **options):
    with new_version(root, **options) as place:
        place.path.mkdir()
        (place.path / "saved_model.pb").write_text("x")
        if meanwhile:
            (root / meanwhile).mkdir()
        if error:
            raise error
    return place.final.name


def make(path, error):
    with removed_if_empty(path):
        path.mkdir()
        raise error


def test_versions_count_on_from_the_greatest(tmp_path):
    (tmp_path / "m" / "7").mkdir(parents=True)
    (tmp_path / "m" / "notes").mkdir()
    assert [add(tmp_path / "m"), add(tmp_path / "m"), add(tmp_path / "m", version=3)] == ["8", "9", "3"]
    assert existing_versions(tmp_path / "m") == [3, 7, 8, 9]


def test_a_version_is_never_replaced(tmp_path):
    (tmp_path / "1").mkdir()
    with pytest.raises(InvalidArgumentError, match="`version` must be a number .* not hold yet. Received: .*=1"):
        add(tmp_path, version=1)
    assert list((tmp_path / "1").iterdir()) == []


def test_a_number_that_another_takes_meanwhile_is_left_to_it(tmp_path):
    assert add(tmp_path, meanwhile="1") == "2"
    with pytest.raises(InvalidArgumentError, match="`version`"):
        add(tmp_path, version=5, meanwhile="5")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1", "2", "5"]


def test_a_failure_leaves_nothing_behind(tmp_path):
    with pytest.raises(OSError, match="disk"):
        add(tmp_path / "a" / "b", error=OSError("disk full"))
    assert list(tmp_path.iterdir()) == []


def test_directories_that_were_there_stay(tmp_path):
    (tmp_path / "old").mkdir()
    with pytest.raises(KeyError):
        make(tmp_path / "old" / "new", KeyError())
    assert (tmp_path / "old").is_dir()
    assert not (tmp_path / "old" / "new").exists()
