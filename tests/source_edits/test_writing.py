import os
import stat
import subprocess

import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.source_edits.writing import check_source, encoding_of, is_dirty, write_source


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "train.py"
    path.write_bytes("# -*- coding: latin-1 -*-\r\nü = 1\r\n".encode("latin-1"))
    path.chmod(0o750)
    return path


def test_encoding_newlines_and_permissions_stay(script):
    old = script.read_bytes()
    backup = write_source(script, "# -*- coding: latin-1 -*-\r\nü = 2\r\n")
    assert script.read_bytes() == old.replace(b"1\r\n", b"2\r\n", 2).replace(b"latin-2", b"latin-1")
    assert stat.S_IMODE(script.stat().st_mode) == 0o750
    assert (backup.name, backup.read_bytes()) == ("train.py.orig", old)
    assert write_source(script, "a = 3\n").name == "train.py.orig2"
    assert sorted(path.name for path in script.parent.iterdir()) == ["train.py", "train.py.orig", "train.py.orig2"]


def test_a_byte_order_mark_stays(tmp_path):
    path = tmp_path / "a.py"
    path.write_bytes(b"\xef\xbb\xbfa = 1\n")
    write_source(path, "a = 2\n")
    assert path.read_bytes() == b"\xef\xbb\xbfa = 2\n"
    yaml = tmp_path / "a.yaml"
    yaml.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert encoding_of(yaml) == "utf-8-sig"


def test_what_the_encoding_does_not_have_is_not_written(script):
    old = script.read_bytes()
    with pytest.raises(InvalidArgumentError, match="can't encode"):
        write_source(script, "# -*- coding: latin-1 -*-\na = '\u20ac'\n")
    assert script.read_bytes() == old


def test_behind_a_link_the_file_is_written(script, tmp_path):
    link = tmp_path / "link.py"
    link.symlink_to(script)
    write_source(link, "a = 2\n")
    assert link.is_symlink()
    assert script.read_text() == "a = 2\n"


def test_what_cannot_be_written(tmp_path, monkeypatch):
    with pytest.raises(InvalidArgumentError, match="gone.py, which cannot be written"):
        check_source(tmp_path / "gone.py")
    path = tmp_path / "a.py"
    path.write_text("a = 1\n")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(InvalidArgumentError, match="a.py, which cannot be written"):
        check_source(path)


def test_changes_that_git_does_not_know(script, monkeypatch):
    def git(*words):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *words], cwd=script.parent, check=True)

    assert not is_dirty(script)
    git("init", "-q")
    assert not is_dirty(script)
    git("add", "-A")
    git("commit", "-qm", "a")
    check_source(script)
    script.write_text("a = 2\n")
    with pytest.raises(InvalidArgumentError, match="not committed: commit them, or give --force"):
        check_source(script)
    check_source(script, force=True)
    monkeypatch.setenv("PATH", "")
    check_source(script)
