import json

import keras
import numpy as np

from keras_stable.stability.events import EVENTS, GuardEvent, append_event, from_json, keep_event, to_json
from keras_stable.stability.snapshots import read_arrays

EVENT = GuardEvent(
    event=1,
    kind="nonfinite",
    action="rollback",
    message="nonfinite at step 3: back to step 0",
    quantity="loss",
    value=float("nan"),
    limit=float("inf"),
    epoch=0,
    step=3,
    noticed_step=5,
    rollback_step=0,
    rates=[0.1],
    healthy_rates=[0.1],
    new_rates=[0.05],
    rows=[4, 7],
)


def test_each_event_is_a_line_of_strict_json(tmp_path):
    append_event(tmp_path / "new", EVENT)
    append_event(tmp_path / "new", EVENT)
    lines = [json.loads(line) for line in (tmp_path / "new" / EVENTS).read_text().splitlines()]
    assert len(lines) == 2
    assert (lines[0]["value"], lines[0]["rows"], lines[0]["directory"]) == (None, [4, 7], None)


def test_as_a_text_it_names_rows_or_says_that_they_are_not_known():
    assert "Rows of the batch: 4, 7." in EVENT.markdown()
    assert "not known" in GuardEvent(**{**vars(EVENT), "rows": None}).markdown()


class Unsavable(keras.Sequential):
    def save(self, *arguments, **keywords):
        raise ValueError("no config")


def test_what_a_replay_needs_is_whole(tmp_path):
    for kind, files in ((keras.Sequential, {"model.keras"}), (Unsavable, {"not_saved.txt"})):
        model = kind([keras.Input((2,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        directory = tmp_path / kind.__name__
        material = {"healthy": {"0": np.zeros(2)}, "broken": {"0": np.ones(2)}, "batches": {3: [np.eye(2)]}}
        keep_event(directory, EVENT, model, structure=(0, None), limits={"loss": 2.0, "norm": np.inf}, **material)
        assert {path.name for path in directory.iterdir()} == files | {
            "event.json",
            "healthy.npz",
            "broken.npz",
            "batches.npz",
        }
        assert read_arrays(directory / "batches.npz")["3:0"].tolist() == np.eye(2).tolist()
        content = json.loads((directory / "event.json").read_text())
        assert content["limits"] == {"loss": 2.0, "norm": None}
        assert from_json(content["structure"]) == (0, None)


def test_structures_come_back():
    for structure in ((0, 1, 2), 0, ({"a": 0, "b": [1, 2]}, 3), ((0, 1), None)):
        assert from_json(json.loads(json.dumps(to_json(structure)))) == structure
