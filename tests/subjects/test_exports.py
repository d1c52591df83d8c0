import keras
import numpy as np
import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.export import exporting
from keras_stable.export.proof import Proof
from keras_stable.subjects.exports import export_subject


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    # The proof has its own tests.
    monkeypatch.setattr(exporting, "prove", lambda *_, **__: Proof(cases={"made up": 0.0}))
    x = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
    model = keras.Sequential([keras.Input((3,), name="row"), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.save("model.keras")
    np.savez("data.npz", x=x, y=(x[:, 0] > 0).astype(int))
    return tmp_path


def test_a_saved_model_needs_no_data(here):
    exported = export_subject("model.keras", here / "to", class_names=["no", "yes"])
    assert exported.path == here / "to" / "1"
    assert exported.card["audit"] is None
    assert exported.card["proof"]["samples"] == 0
    assert "class_names" in exported.card["outputs"]


def test_data_prove_it_and_let_it_be_audited(here):
    card = export_subject("model.keras", here / "to", data="data.npz").card
    assert card["proof"]["samples"] == 40
    assert card["audit"]["passed"] > 10
    assert set(card["audit"]) == {"ok", "findings", "passed", "trained"}


def test_a_function_returns_the_model(here):
    (here / "made_here.py").write_text(
        "import keras, numpy as np\ndef build():\n"
        "    layers = [keras.Input((2,)), keras.layers.Dense(3, activation='softmax')]\n"
        "    return keras.Sequential(layers), np.ones((9, 2))\n"
        "def alone():\n    return build()[0]\n"
    )
    assert export_subject("made_here:build", here / "to", audited=False).card["proof"]["samples"] == 9
    assert export_subject("made_here:alone", here / "to").version == 2


@pytest.mark.parametrize(
    ("subject", "to", "message"),
    [
        ("nope", "to", "`run` must be a run directory, with a file config.yaml"),
        ("nope.keras", "to", "`model` must be a saved model that loads"),
        ("model.keras", "model.keras", "`to` must be a directory"),
        ("model.keras", "model.keras/x", "`to` must be a directory that can be written"),
    ],
)
def test_what_cannot_be_right_is_refused(subject, to, message, here):
    before = sorted(path.name for path in here.iterdir())
    with pytest.raises(InvalidArgumentError, match=message):
        export_subject(subject, here / to)
    assert sorted(path.name for path in here.iterdir()) == before
