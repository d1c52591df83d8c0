"""The script runs alone in a fresh process, as the proof of an export runs it."""

import subprocess
import sys

import numpy as np
import tensorflow as tf

from keras_stable.export import serve_without_keras
from keras_stable.export.proof import answers_of, serve


class Halves(tf.Module):
    """Serves half of each input, the size of its batch, and a word; fails for a batch with -1."""

    @tf.function(input_signature=[tf.TensorSpec((None, 3), tf.float32, "inputs")])
    def serve(self, inputs):
        with tf.control_dependencies([tf.debugging.assert_none_equal(inputs, -1.0)]):
            sizes = tf.fill(tf.shape(inputs)[:1], tf.shape(inputs)[0])
        return {"half": inputs / 2, "size": sizes, "word": tf.fill(tf.shape(inputs)[:1], "ü")}


def test_every_sample_is_served_in_order_and_in_batches_of_several_sizes(tmp_path):
    module = Halves()
    tf.saved_model.save(module, str(tmp_path / "model"), {"serving_default": module.serve})
    samples = np.random.default_rng(0).normal(size=(70, 3)).astype("float32")
    cases = {"samples": {"inputs": samples}, "bad": {"inputs": -np.ones((2, 3), "float32")}}
    served = serve(tmp_path / "model", cases, "saved_model")
    answers = answers_of(served, "samples", "serving_default")
    np.testing.assert_array_equal(answers["half"], samples / 2)
    assert answers["size"].tolist() == [1] + [64] * 64 + [5] * 5
    assert set(answers["word"].tolist()) == {"ü".encode()}
    assert str(served["bad|error"])


def test_keras_cannot_be_imported_where_the_export_is_served():
    script = (
        f"import sys, importlib.util as u\nspec = u.spec_from_file_location('s', {serve_without_keras.__file__!r})\n"
        "s = u.module_from_spec(spec); spec.loader.exec_module(s)\n"
        "sys.meta_path[:] = [s.WithoutKeras(f) for f in sys.meta_path]\n"
        "for name in ('keras', 'keras_stable', 'keras.ops'):\n"
        "    try: __import__(name)\n"
        "    except ModuleNotFoundError: continue\n"
        "    sys.exit(name)\n"
        "import json, numpy\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_parts_begin_with_one_row():
    parts = serve_without_keras.parts({"x": np.arange(70)})
    assert [len(part["x"]) for part in parts] == [1, 64, 5]
    assert [len(part["x"]) for part in serve_without_keras.parts({"x": np.zeros(0)})] == [0]
