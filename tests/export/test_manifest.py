import json

import pytest

from keras_stable.errors import ExportError
from keras_stable.export.manifest import MANIFEST, check_manifest, file_hash, hashes, write_manifest


@pytest.fixture
def export(tmp_path):
    (tmp_path / "variables").mkdir()
    (tmp_path / "variables" / "data").write_bytes(bytes(range(256)) * 9000)
    (tmp_path / "card.json").write_text("{}")
    write_manifest(tmp_path)
    return tmp_path


def test_every_file_is_in_the_manifest_by_its_hash(export):
    assert check_manifest(export) == 2
    wanted = json.loads((export / MANIFEST).read_text())["sha256"]
    assert wanted == hashes(export)
    assert wanted["card.json"] == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert file_hash(export / "card.json") == wanted["card.json"]


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


CHANGES = {
    "flipped": (lambda path: flip(path / "variables" / "data"), "variables/data was altered"),
    "missing": (lambda path: (path / "card.json").unlink(), "card.json is missing"),
    "new": (lambda path: (path / "more").write_text(""), "more is not in the manifest"),
    "link": (lambda path: (path / "more").symlink_to("/etc"), "more is not in the manifest"),
    "no manifest": (lambda path: (path / MANIFEST).unlink(), f"with a file {MANIFEST}. Received: none"),
    "no JSON": (lambda path: (path / MANIFEST).write_text("{"), "must be the manifest of an export"),
    "deep": (lambda path: (path / MANIFEST).write_text("[" * 100_000), "must be the manifest of an export"),
    "a list": (lambda path: (path / MANIFEST).write_text('{"sha256": [1]}'), "must be the manifest of an export"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_an_error(change, export):
    alter, message = CHANGES[change]
    alter(export)
    with pytest.raises(ExportError, match=message):
        check_manifest(export)
