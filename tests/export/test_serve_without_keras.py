"""The script runs alone in a fresh process, as the proof of an export runs it."""

import subprocess
import sys

import numpy as np
import tensorflow as tf

from keras_stable.export import serve_without_keras


class Halves(tf.Module):
    """Serves half of each input as probabilities, and the size of its batch as class id."""

    @tf.function(input_signature=[tf.TensorSpec((None, 3), tf.float32, "inputs")])
    def serve(self, inputs):
        sizes = tf.fill(tf.shape(inputs)[:1], tf.shape(inputs)[0])
        return {"probabilities": inputs / 2, "class_ids": sizes}


def test_every_sample_is_served_in_order_and_in_batches_of_several_sizes(tmp_path):
    module = Halves()
    tf.saved_model.save(module, str(tmp_path / "model"), {"serving_default": module.serve})
    samples = np.random.default_rng(0).normal(size=(70, 3)).astype("float32")
    np.save(tmp_path / "inputs.npy", samples)
    paths = [str(tmp_path / name) for name in ("model", "inputs.npy", "outputs.npz")]
    command = [sys.executable, "-I", serve_without_keras.__file__, *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with np.load(tmp_path / "outputs.npz") as content:
        np.testing.assert_array_equal(content["probabilities"], samples / 2)
        assert content["class_ids"].tolist() == [1] + [64] * 64 + [5] * 5
