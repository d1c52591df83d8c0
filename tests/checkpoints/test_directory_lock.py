"""One process at a time has a directory."""

import subprocess
import sys

import pytest

from keras_stable.checkpoints.directory_lock import DirectoryLock, is_locked
from keras_stable.errors import InvalidArgumentError

# No import of the package: what is locked is the file.
HOLD = (
    "import fcntl, sys; f = open(sys.argv[1], 'a'); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); input()"
)


def test_another_process_is_kept_out_until_this_one_dies(tmp_path):
    command = [sys.executable, "-c", HOLD, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        assert is_locked(tmp_path)
        with pytest.raises(InvalidArgumentError, match="another process trains there"):
            DirectoryLock(tmp_path)
        process.kill()
        process.wait()
    assert not is_locked(tmp_path)
    DirectoryLock(tmp_path).release()


def test_a_later_one_of_this_process_takes_over(tmp_path):
    first = DirectoryLock(tmp_path)
    second = DirectoryLock(tmp_path)
    assert (first.held, second.held) == (False, True)
    second.release()
    assert not is_locked(tmp_path / "missing")


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InvalidArgumentError, match="must be writable"):
        DirectoryLock(tmp_path / "file" / "directory")
