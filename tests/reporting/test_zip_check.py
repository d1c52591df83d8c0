import io
import zipfile

import numpy as np
import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.reporting.zip_check import check_npz, check_zip


def write(path, *members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "a/../../b", "..\\evil", "C:/evil", "C:\\evil"])
def test_files_that_leave_the_archive_are_refused(name, tmp_path):
    path = write(tmp_path / "a.keras", ("config.json", "{}"), (name, "x"))
    for check in (check_zip, check_npz):
        with pytest.raises(InvalidArgumentError, match="`path` must be an archive whose files stay inside of it"):
            check(path, "path")


def test_names_with_dots_and_directories_are_fine(tmp_path):
    check_zip(write(tmp_path / "a.keras", ("config.json", "{}"), ("assets/words..txt", "x"), ("v/", "")), "path")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_comes_twice_is_refused(tmp_path):
    with pytest.raises(InvalidArgumentError, match="one file of each name"):
        check_zip(write(tmp_path / "a.keras", ("config.json", "{}"), ("config.json", "[]")), "path")


def test_a_bomb_is_refused_and_zeros_are_not(tmp_path, monkeypatch):
    zeros = bytes(10**6)
    path = write(tmp_path / "a.keras", ("model.weights.h5", zeros))
    check_zip(path, "path")
    monkeypatch.setattr("keras_stable.reporting.zip_check._LARGE", 10**5)
    with pytest.raises(
        InvalidArgumentError, match=r"no bomb. Received: path='.*', 'model.weights.h5' of 1,000,000 bytes"
    ):
        check_zip(path, "path")
    check_zip(write(tmp_path / "b.keras", ("model.weights.h5", zeros), compression=zipfile.ZIP_STORED), "path")


def header(shape, dtype="<f8"):
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": dtype, "fortran_order": False, "shape": shape})
    return file.getvalue()


@pytest.mark.parametrize("shape", [(10**12,), (2**33, 2**33), (3,)], ids=["large", "wraps", "short"])
def test_an_array_that_is_not_there_is_refused_before_room_is_made(shape, tmp_path):
    path = write(tmp_path / "a.npz", ("x.npy", header(shape) + bytes(16)))
    with pytest.raises(
        InvalidArgumentError, match="arrays that are whole. Received: data='.*', x.npy of .* header says"
    ):
        check_npz(path, "data")


def test_what_is_whole_or_no_archive_is_left_to_its_reader(tmp_path):
    np.savez_compressed(
        tmp_path / "a.npz", x=np.zeros((100, 3)), objects=np.array([{}], object), empty=np.zeros((0, 5))
    )
    check_npz(tmp_path / "a.npz", "data")
    (tmp_path / "b.npz").write_bytes(b"no archive")
    write(tmp_path / "c.npz", ("x.npy", b"no array"))
    for name in ("b.npz", "c.npz", "missing.npz"):
        check_npz(tmp_path / name, "data")
        check_zip(tmp_path / name, "data")
