import getpass
from pathlib import Path

import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from keras_stable.errors import ExportError
from keras_stable.export.private_text import check_private, machine_paths, strip_debug_info, without_paths


def test_paths_of_this_machine_are_found_in_any_file(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "words").write_bytes(b"\x00\x01" + str(Path.cwd()).encode() + b"/data.csv\x00")
    with pytest.raises(ExportError, match="assets/words must hold no path of this machine"):
        check_private(tmp_path)
    (tmp_path / "assets" / "words").write_text("/usr and home and a/b")
    check_private(tmp_path)


def test_home_and_the_working_directory_are_among_them():
    assert {f"{Path.cwd()}/", f"{Path(__file__).parents[2].resolve()}/"} & machine_paths()


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("/home/ada/run/model.keras", "model.keras"),
        ("in /srv/x/y.csv, line 3", "in y.csv, line 3"),
        ("C:\\Users\\ada\\x.csv", "x.csv"),
        ("~/x/y", "y"),
        ("relative/path and 1/2", "relative/path and 1/2"),
        ("https://example.org/a/b", "https://example.org/a/b"),
    ],
)
def test_texts_lose_their_directories(text, clean):
    assert without_paths({"a": [text]}) == {"a": [clean]}


def test_the_name_of_the_user_goes(monkeypatch):
    monkeypatch.setattr(getpass, "getuser", lambda: "adalovelace")
    assert without_paths("trained by adalovelace") == "trained by user"


def test_where_operations_were_made_is_stripped(tmp_path):
    module = tf.Module()
    module.f = tf.function(lambda x: x + 1, input_signature=[tf.TensorSpec((None,), tf.float32)])
    tf.saved_model.save(module, str(tmp_path))
    path = tmp_path / "saved_model.pb"
    content = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    (graph,) = content.meta_graphs
    graph.graph_def.library.function[0].node_def[0].experimental_debug_info.original_node_names.append("/home/ada/x.py")
    path.write_bytes(content.SerializeToString())
    strip_debug_info(tmp_path)
    assert b"/home/ada/x.py" not in path.read_bytes()
    assert tf.saved_model.load(str(tmp_path)).f(tf.constant([1.0])).numpy().tolist() == [2.0]
