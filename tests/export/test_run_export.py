import json
import shutil

import pytest
import tensorflow as tf

from keras_stable.errors import InvalidArgumentError
from keras_stable.export import export_run
from keras_stable.export.run_export import about_run, load_run
from keras_stable.runs.training import train

IRIS = {"data": {"kind": "sklearn", "name": "iris"}, "fit": {"epochs": 1, "verbose": 0}}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return train(IRIS, tmp_path_factory.mktemp("runs") / "run").directory


def test_the_model_of_a_run_is_exported_again_later(run, tmp_path, in_process):
    assert export_run(run, tmp_path / "again") <= 1e-5
    serve = tf.saved_model.load(tmp_path / "again").signatures["serving_default"]
    assert set(serve.structured_outputs) == {"probabilities", "class_ids", "class_names", "logits"}
    assert serve(inputs=tf.zeros((1, 4)))["class_names"].numpy()[0] in (b"setosa", b"versicolor", b"virginica")
    assert [path.name for path in tmp_path.iterdir()] == ["again"]


def test_an_empty_directory_may_be_there(run, tmp_path, in_process):
    (tmp_path / "1").mkdir()
    assert export_run(run, tmp_path / "1") <= 1e-5
    assert (tmp_path / "1" / "saved_model.pb").is_file()


def test_the_card_of_a_run_says_what_it_was_trained_on(run):
    finished = load_run(run)
    about = about_run(finished.config, finished.data, {"epochs": 1})
    assert about["data"]["training_samples"] == {"setosa": 40, "versicolor": 40, "virginica": 40}
    assert about["config"]["data"] == {**about["config"]["data"], "kind": "sklearn", "name": "iris"}
    card = json.loads((run / "export" / "1" / "card.json").read_text())
    assert card["class_names"] == ["setosa", "versicolor", "virginica"]
    assert card["metrics"]["epochs"] == 1
    options = finished.options()
    assert len(options["samples"]) == len(options["labels"]) == 30


def test_a_directory_that_cannot_be_written_is_refused(run, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidArgumentError, match="`to` must be a new or empty directory"):
        export_run(run, tmp_path)
    with pytest.raises(InvalidArgumentError, match="`to` must be a directory that can be written. Received: to="):
        export_run(run, tmp_path / "file" / "x")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_is_no_whole_run_is_refused(run, tmp_path):
    with pytest.raises(InvalidArgumentError, match="`run` must be a run directory, with a file config.yaml"):
        export_run(tmp_path, tmp_path / "other")
    shutil.copy(run / "config.yaml", tmp_path)
    with pytest.raises(InvalidArgumentError, match="with a file model.keras"):
        export_run(tmp_path, tmp_path / "other")
    whole = (run / "model.keras").read_bytes()
    for content in (b"no model", whole[: len(whole) // 2]):
        (tmp_path / "model.keras").write_bytes(content)
        with pytest.raises(InvalidArgumentError, match="`run` must hold a model that loads. Received: ") as caught:
            export_run(tmp_path, tmp_path / "other")
        assert "\n" not in str(caught.value)
    assert not (tmp_path / "other").exists()
