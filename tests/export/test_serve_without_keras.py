"""The script runs alone in a fresh process, as the proof of an export runs it."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from keras_stable.export import serve_without_keras


class Halves(tf.Module):
    """Serves half of each input as probabilities, in batches of one size or of any."""

    def __init__(self, batch):
        super().__init__()
        self.batch = batch

    @tf.function
    def serve(self, inputs):
        return {"probabilities": inputs / 2, "class_ids": tf.argmax(inputs, axis=-1)}

    def save(self, path):
        spec = tf.TensorSpec((self.batch, 3), tf.float32, "inputs")
        tf.saved_model.save(self, path, {"serving_default": self.serve.get_concrete_function(inputs=spec)})


@pytest.fixture
def served(tmp_path):
    samples = np.random.default_rng(0).normal(size=(70, 3)).astype("float32")

    def serve(batch):
        Halves(batch).save(str(tmp_path / "model"))
        np.save(tmp_path / "inputs.npy", samples)
        paths = [str(tmp_path / name) for name in ("model", "inputs.npy", "outputs.npz")]
        command = [sys.executable, "-I", serve_without_keras.__file__, *paths]
        return samples, subprocess.run(command, capture_output=True, text=True, check=False), paths[-1]

    return serve


def test_every_sample_is_served_in_order(served):
    samples, done, outputs = served(None)
    assert done.returncode == 0, done.stderr
    with np.load(outputs) as content:
        np.testing.assert_array_equal(content["probabilities"], samples / 2)
        np.testing.assert_array_equal(content["class_ids"], samples.argmax(axis=1))


def test_a_model_of_one_batch_size_fails(served):
    _, done, _ = served(64)
    assert done.returncode != 0
    assert "64" in done.stderr
