import keras
import numpy as np
import pytest
from repair_stand_ins import EPOCHS, RATE, Repaired, change

from keras_stable.cli.fix_places import fixed_place
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.repairs import repairing
from keras_stable.subjects.places import find_subject

OPTIONS = {"budget": 1.0, "seconds": 5.0, "seed": 0}
CONFIG = """# Iris.
data: {kind: sklearn, name: iris}
model: {hidden_units: [4]}
optimizer:
  name: sgd
  learning_rate: 10.0  # too fast?
  weight_decay: null
fit: {epochs: 1}
"""


@pytest.fixture
def repaired(monkeypatch):
    def run(places, *changes):
        def repair(model, **arguments):
            return Repaired(changes, model=model)

        monkeypatch.setattr(repairing, "repair", repair)
        return fixed_place(places, OPTIONS)

    return run


def test_a_config_keeps_its_comments(tmp_path, repaired, monkeypatch):
    tried = []

    def audit(model, **arguments):
        tried.append(float(model.optimizer.learning_rate))
        return Report()

    monkeypatch.setattr("keras_stable.diagnosis.audit.audit", audit)
    path = tmp_path / "iris.yaml"
    path.write_text(CONFIG)
    shuffle = change("unshuffled-data", "set_argument", "fit", "shuffle", "True")
    result = repaired(find_subject(str(path)), RATE, shuffle)
    assert result.texts == {str(path): CONFIG.replace("10.0", "0.01")}
    assert tried == pytest.approx([0.01])
    assert result.proof.endswith("finds no learning-rate-too-high any more.")
    (remedy,) = result.by_hand
    assert (remedy.reason, remedy.file) == ("a config has no key for it", str(path))


def test_a_saved_model_gets_a_repaired_one_beside_it(tmp_path, repaired):
    path, data = tmp_path / "m.keras", tmp_path / "d.npz"
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.save(path)
    np.savez(data, x=np.zeros((8, 4)), y=np.zeros((8, 1)))
    result = repaired(find_subject(str(path), str(data)), RATE, EPOCHS)
    assert result.saved == tmp_path / "m.repaired.keras"
    assert [remedy.edits for remedy in result.by_hand] == [(EPOCHS.edit,)]
    assert result.write() == (f"Written: {result.saved}",)
    assert keras.models.load_model(result.saved).count_params() == 5
    again = repaired(find_subject(str(path), str(data)), RATE)
    assert again.saved == tmp_path / "m.repaired_2.keras"
    assert repaired(find_subject(str(path), str(data)), EPOCHS).saved is None


def test_of_a_run_what_it_should_have_been_comes_beside_it(tmp_path, monkeypatch):
    run, seen = tmp_path / "run", {}
    run.mkdir()
    (run / "config.yaml").write_text(CONFIG)
    (run / "history.csv").write_text("epoch,loss\n0,1.1\n1,7.5\n")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile(keras.optimizers.SGD(10.0), "mse")
    model.save(run / "model.keras")
    before = {path.name: path.read_bytes() for path in run.iterdir()}

    def repair(model, **arguments):
        seen.update(arguments, rate=float(model.optimizer.learning_rate))
        return Repaired((RATE,), model=model)

    monkeypatch.setattr(repairing, "repair", repair)
    monkeypatch.setattr("keras_stable.diagnosis.audit.audit", lambda model, **arguments: Report())
    result = fixed_place(find_subject(str(run)), OPTIONS)
    assert (seen["history"], seen["rate"], len(seen["x"])) == (run, 10.0, len(seen["y"]))
    assert result.write() == (f"Written: {run / 'config.repaired.yaml'}",)
    assert (run / "config.repaired.yaml").read_text() == CONFIG.replace("10.0", "0.01")
    assert {name: (run / name).read_bytes() for name in before} == before
