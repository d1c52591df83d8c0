import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.errors import ExportError, InvalidArgumentError
from keras_stable.export import exporting, saved_model
from keras_stable.export.exporting import Exporter
from keras_stable.export.formats import SAVED_MODEL

SIGNATURES = {
    "conv": ({"inputs"}, {"probabilities", "class_ids", "logits"}, True),
    "text": ({"review_text"}, {"probabilities", "class_ids", "logits"}, True),
    "several": (
        {"number", "of_ids", "of_kind"},
        {"species", "species_probabilities", "species_class_ids", "species_logits", "price"},
        False,
    ),
    "own": ({"a", "b_c"}, {"probabilities", "class_ids", "logits"}, True),
    "mixed": ({"inputs"}, {"probabilities", "class_ids", "logits"}, True),
    "lora": ({"inputs"}, {"outputs"}, True),
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_any_model_is_exported_with_real_names_and_equals_itself(small_models, name, in_process, tmp_path):
    model, x = small_models[name]()
    inputs, outputs, features = SIGNATURES[name]
    exported = saved_model(model, tmp_path / "m", x)
    assert exported.largest_difference <= 1e-5
    assert exported.path == tmp_path / "m" / "1"
    loaded = tf.saved_model.load(str(exported.path))
    serve = loaded.signatures["serving_default"]
    assert set(serve.structured_input_signature[1]) == inputs
    assert set(serve.structured_outputs) == outputs
    assert ("features" in loaded.signatures) == features
    assert {"samples", "made up", "batch of 1", "extremes"} <= set(exported.proof.cases)
    assert json.loads((exported.path / "card.json").read_text()) == exported.card


def test_dimensions_that_vary_stay_so(small_models, in_process, tmp_path):
    model, x = small_models["several"]()
    exported = saved_model(model, tmp_path, x)
    assert exported.card["inputs"]["of_ids"] == {"shape": [None, None], "dtype": "int32"}
    assert "another length" in exported.proof.cases


def small():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])


def test_an_export_that_does_not_agree_is_an_error_and_leaves_the_others(in_process, tmp_path, monkeypatch):
    saved_model(small(), tmp_path / "m", np.ones((3, 2)))
    original = exporting.Serving.expected

    def wrong(self, tensors, graph=False):
        answers = original(self, tensors, graph)
        logits = np.ones((len(tensors["inputs"]), 3))
        return {**answers, "serving_default": {**answers["serving_default"], "logits": logits}}

    monkeypatch.setattr(exporting.Serving, "expected", wrong)
    with pytest.raises(ExportError, match="must agree with the model in memory to 1e-05 for samples"):
        saved_model(small(), tmp_path / "m", np.ones((3, 2)))
    with pytest.raises(ExportError):
        saved_model(small(), tmp_path / "other", np.ones((3, 2)))
    assert [path.name for path in tmp_path.iterdir()] == ["m"]
    assert [path.name for path in (tmp_path / "m").iterdir()] == ["1"]


def test_a_disk_that_is_full_is_an_export_error(in_process, tmp_path, monkeypatch):
    saved_model(small(), tmp_path)
    for error in (OSError(28, "No space left on device"), tf.errors.ResourceExhaustedError(None, None, "disk full")):

        def fail(*_, error=error):
            raise error

        monkeypatch.setattr(exporting, "write_card", fail)
        with pytest.raises(ExportError, match="The export must be written to .* Received: "):
            saved_model(small(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["1"]
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="must be written to"):
        saved_model(small(), tmp_path / "file")


BAD = {
    "model": (lambda: Exporter("m"), "`model` must be a keras.Model. Received: model='str'"),
    "task": (lambda: Exporter(small(), task="rows"), "`task` must be auto, classes or values"),
    "samples": (
        lambda: Exporter(small(), np.ones((2, 5))),
        r"for the input inputs. Received: shape \[2, 5\]",
    ),
    "none": (lambda: Exporter(small(), np.ones((0, 2))), "at least one sample"),
    "class names": (lambda: Exporter(small(), class_names=["a"]), "one name for each of the 3 classes"),
    "unbuilt": (lambda: Exporter(keras.Sequential([keras.layers.Dense(2)])), "built, or given together with `samples`"),
    "quantize": (lambda: Exporter(small(), quantize="int4"), "`quantize` must be int8 or None"),
    "calibration": (lambda: Exporter(small(), quantize="int8"), "`samples` must be given, to quantize by"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_are_refused_at_once(name):
    make, message = BAD[name]
    with pytest.raises(InvalidArgumentError, match=message):
        make()


def test_a_model_that_was_never_called_is_built_by_its_samples(in_process, tmp_path):
    model = keras.Sequential([keras.layers.Dense(3, activation="softmax")])
    assert saved_model(model, tmp_path, np.ones((2, 4))).card["inputs"]["inputs"]["shape"] == [None, 4]


def test_int8_keeps_its_accuracy_on_the_card(in_process, tmp_path):
    x = np.random.default_rng(0).normal(size=(20, 2)).astype("float32")
    model = small()
    y = model.predict(x, verbose=0).argmax(1)
    card = saved_model(model, tmp_path, x, quantize="int8", labels=y).card
    assert card["quantized"]["float"] == 1
    assert card["quantized"]["int8"] > 0.7
    assert 0 < card["quantized"]["largest_difference"] < 0.05
    assert model.variables[0].dtype == "float32"


def test_the_directory_holds_nothing_of_the_machine(in_process, tmp_path):
    about = {"data": {"path": str(tmp_path / "x.csv")}}
    _, card = Exporter(small(), about=about).write(SAVED_MODEL, tmp_path)
    assert card["data"] == {"path": "x.csv"}
    for path in tmp_path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for needle in (str(tmp_path).encode(), __file__.encode(), b"site-packages", b".py\x00"):
                assert needle not in content, path
