import shutil

import pytest
import tensorflow as tf

from keras_stable.errors import InvalidArgumentError
from keras_stable.export import export_run
from keras_stable.runs.training import train

IRIS = {"data": {"kind": "sklearn", "name": "iris"}, "fit": {"epochs": 1, "verbose": 0}}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return train(IRIS, tmp_path_factory.mktemp("runs") / "run").directory


def test_the_model_of_a_run_is_exported_again_later(run, tmp_path):
    assert export_run(run, tmp_path / "again") <= 1e-5
    assert "serving_default" in tf.saved_model.load(tmp_path / "again").signatures
    assert [path.name for path in tmp_path.iterdir()] == ["again"]


def test_an_empty_directory_may_be_there(run, tmp_path):
    (tmp_path / "1").mkdir()
    assert export_run(run, tmp_path / "1") <= 1e-5
    assert (tmp_path / "1" / "saved_model.pb").is_file()


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
    (tmp_path / "model.keras").write_text("no model")
    with pytest.raises(
        InvalidArgumentError, match="`run` must hold a model that loads. Received: ValueError: "
    ) as caught:
        export_run(tmp_path, tmp_path / "other")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "other").exists()
