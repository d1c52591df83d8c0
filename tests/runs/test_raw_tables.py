"""A raw table is trained, saved, explained and exported, from the file to the served row."""

import json

import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable.export import exporting
from keras_stable.export.proof import Proof
from keras_stable.runs.training import train

NOTES = ("an old lady with a hat", "a young man from this town", "said to be the captain here")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("table")
    random = np.random.default_rng(0)
    lines = ["fate,age,sex at birth,boarded,note"]
    for row in range(120):
        late = row % 2
        age = "" if row % 7 == 0 else f"{random.normal(30 + 20 * late, 5):.1f}"
        day = f"191{2 + late}-04-{random.integers(1, 28):02d}"
        lines.append(f"{('left', 'stayed')[late]},{age},{'fm'[row % 3 == 0]},{day},{NOTES[row % 3]} {row}")
    (path / "people.csv").write_text("\n".join(lines))
    with pytest.MonkeyPatch.context() as patch:
        # The proof has its own tests.
        patch.setattr(exporting, "prove", lambda *_, **__: Proof())
        fit = {"epochs": 8, "verbose": 0}
        return train(
            {"data": {"kind": "csv", "path": str(path / "people.csv"), "label": "fate"}, "fit": fit}, path / "run"
        )


def test_it_learns_and_its_classes_have_names(run):
    assert run.summary.val_accuracy_last > 0.9
    table = (run.directory / "confusion.csv").read_text().splitlines()
    assert table[0] == "true \\ predicted,left,stayed"
    assert sum(int(cell) for line in table[1:] for cell in line.split(",")[1:]) == 24


def test_the_export_takes_the_raw_row(run):
    serve = tf.saved_model.load(str(run.directory / "export" / "1")).signatures["serving_default"]
    row = {
        "age": [29.0, np.nan],
        "sex_at_birth": ["f", "new"],
        "boarded": ["1912-04-10", ""],
        "note": ["an old lady", ""],
    }
    served = serve(**{name: tf.constant(cells) for name, cells in row.items()})
    assert served["class_names"][0] == b"left"
    assert np.isfinite(served["probabilities"]).all()
    saved = keras_stable.load_model(run.directory / "model.keras")
    named = {name.replace("_", " "): tf.constant(cells) for name, cells in row.items()}
    np.testing.assert_allclose(served["logits"], saved(named), atol=1e-6)
    card = json.loads((run.directory / "export" / "1" / "card.json").read_text())
    assert card["data"]["columns"] == {"age": "number", "sex at birth": "category", "boarded": "date", "note": "text"}
    assert card["config"]["data"]["path"] == "people.csv"


def test_the_audit_takes_it_too(run):
    report = keras_stable.audit(run.model, **_data(run), probe=False)
    assert not report.crashed


def _data(run):
    from keras_stable.data import load_data

    data = load_data(run.config.data, batch_size=32, seed=0)
    return {"x": data.train.x, "y": data.train.y}
