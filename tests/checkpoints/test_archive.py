"""A checkpoint is whole or not there, and one that was altered in any byte is known."""

import errno
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_stable.checkpoints import archive
from keras_stable.errors import CheckpointError

KEYS = ["format", "state", "arrays", "sha256", "other"]
STATE, ARRAYS = {"step": 3, "text": "ä"}, {"0": np.arange(20.0)}


@pytest.fixture
def path(tmp_path):
    archive.write_archive(tmp_path / "c", STATE, ARRAYS)
    return tmp_path / "c"


def test_it_comes_back(path):
    received = archive.read_archive(path)
    assert received.state == archive.read_state(path) == STATE
    assert received.arrays["0"].tolist() == ARRAYS["0"].tolist()


def test_it_replaces_another(path):
    archive.write_archive(path, {"step": 4}, {})
    assert archive.read_archive(path).state == {"step": 4}
    assert [entry.name for entry in path.parent.iterdir()] == ["c"]


@pytest.mark.parametrize("name", ["checkpoint.json", "arrays.npz"])
@pytest.mark.parametrize("harm", ["flip", "cut", "delete"])
def test_harm_is_known(path, name, harm):
    file = path / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    if harm == "delete":
        file.unlink()
    else:
        file.write_bytes(content if harm == "flip" else content[:-9])
    with pytest.raises(CheckpointError):
        archive.read_archive(path)


def test_every_flipped_byte_of_the_state_is_known(path):
    file = path / "checkpoint.json"
    whole = file.read_bytes()
    for index in range(len(whole)):
        content = bytearray(whole)
        content[index] ^= 1
        file.write_bytes(content)
        with pytest.raises(CheckpointError):
            archive.read_archive(path)


def test_a_newer_format_is_said(path):
    content = json.loads((path / "checkpoint.json").read_text())
    (path / "checkpoint.json").write_text(json.dumps(content | {"format": 2, "keras_stable": "9.0", "new": True}))
    with pytest.raises(archive.NewerFormatError, match=r"format 2, of keras_stable 9\.0"):
        archive.read_archive(path)


class FullDisk:
    def __init__(self, file, room):
        self.file, self.room = file, room

    def __getattr__(self, name):
        return getattr(self.file, name)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.file.close()

    def write(self, data):
        self.room -= len(data)
        if self.room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self.file.write(data)


@pytest.mark.parametrize("room", [0, 100, 420, 600])
def test_a_full_disk_leaves_the_one_before(path, room, monkeypatch):
    """Of each of the two files, at its beginning and in its middle."""
    before = sorted(entry.name for entry in path.parent.iterdir())
    original = type(path).open
    monkeypatch.setattr(
        type(path),
        "open",
        lambda self, *mode, **more: (
            FullDisk(original(self, *mode, **more), room) if "w" in "".join(mode) else original(self, *mode, **more)
        ),
    )
    with pytest.raises(OSError, match="No space left"):
        archive.write_archive(path.parent / "next", STATE, ARRAYS | {"1": np.zeros(200)})
    monkeypatch.undo()
    assert sorted(entry.name for entry in path.parent.iterdir()) == before
    assert archive.read_archive(path).state == STATE


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    json_like=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
        max_leaves=10,
    ),
    tail=st.binary(max_size=20),
)
def test_any_content_is_refused_in_the_packages_own_words(tmp_path_factory, json_like, tail):
    path = tmp_path_factory.mktemp("fuzz")
    for content in (json.dumps(json_like).encode(), json.dumps({"format": 1, **dict(enumerate(tail))}).encode() + tail):
        (path / "checkpoint.json").write_bytes(content)
        with pytest.raises(CheckpointError):
            archive.read_archive(path)
