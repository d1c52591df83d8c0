import json

import keras
import numpy as np
import pytest

from keras_stable.errors import ExportError, InvalidArgumentError
from keras_stable.export import saved_model, verify, verifying
from keras_stable.export.manifest import write_manifest
from keras_stable.export.stored_proof import read_proof, write_proof


@pytest.fixture
def export(in_process, tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])
    for _ in range(2):
        saved_model(model, tmp_path / "m", np.ones((3, 2)))
    return tmp_path / "m"


def test_every_version_is_checked_and_proven_again(export):
    first, second = verify(export)
    assert [first.path.name, second.path.name] == ["1", "2"]
    assert first.files == 7
    assert first.largest_difference <= 1e-5
    assert verify(export / "2") == [second]


@pytest.mark.parametrize("name", ["saved_model.pb", "variables/variables.data-00000-of-00001", "card.md", "proof.npz"])
def test_a_flipped_byte_is_found_in_any_file(name, export):
    path = export / "1" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ExportError, match=f"must be as it was exported. Received: {name} was altered"):
        verify(export)


def test_an_answer_that_is_another_one_is_found(export):
    directory = export / "1"
    cases, expected = read_proof(directory)
    expected["made up"]["serving_default"]["probabilities"] += 0.1
    write_proof(directory, cases, expected)
    write_manifest(directory)
    with pytest.raises(ExportError, match="must agree with the model in memory to 1e-05 for made up"):
        verify(directory)


def test_a_proof_that_cannot_be_repeated_here_says_why(export, monkeypatch):
    def missing(form):
        raise ExportError("install it")

    monkeypatch.setattr(verifying, "require", missing)
    assert verify(export / "1")[0].largest_difference is None
    assert verify(export / "1")[0].reason == "install it"


@pytest.mark.parametrize(
    "card", ["{", "[]", '{"format": "pickle"}', "[" * 100_000], ids=["half", "list", "form", "deep"]
)
def test_a_card_that_is_none_is_an_error(card, export):
    (export / "1" / "card.json").write_text(card)
    write_manifest(export / "1")
    with pytest.raises(ExportError, match="card.json must"):
        verify(export / "1")


def test_a_directory_without_an_export_is_refused(tmp_path):
    with pytest.raises(InvalidArgumentError, match="`path` must be the directory of an export"):
        verify(tmp_path)
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "card.json").write_text(json.dumps({"format": "saved_model"}))
    with pytest.raises(ExportError, match="with a file manifest.json"):
        verify(tmp_path)
