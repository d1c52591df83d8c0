"""ReplicaCheck: what it says of checksums here; that it sees a bit on real replicas in a process of its own."""

import re
import subprocess
import sys

import keras
import numpy as np
import pytest

from keras_stable.callbacks import ReplicaCheck
from keras_stable.callbacks.replica_check import mismatch
from keras_stable.errors import InvalidArgumentError

PROGRAM = """
import keras, numpy as np, tensorflow as tf
from keras_stable import distribution, errors, optimizers
from keras_stable.callbacks import ReplicaCheck

device = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(device, [tf.config.LogicalDeviceConfiguration()] * 3)

class Flip(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 5:
            copy = self.model.layers[0].kernel.value.values[1]
            weight = copy.numpy()
            weight.view("int32")[3, 2] ^= 1 << 20
            copy.assign(weight)

def fit(*callbacks):
    with distribution.scope("mirrored"):
        keras.utils.set_random_seed(0)
        hidden = [keras.layers.Dense(16, activation="relu"), keras.layers.BatchNormalization()]
        model = keras.Sequential([keras.Input((8,)), *hidden, keras.layers.Dropout(0.2), keras.layers.Dense(3)])
        model.compile(optimizers.AdamW(0.01, use_ema=True), "mse", jit_compile=False)
        rng = np.random.RandomState(0)
        model.fit(rng.randn(96, 8), rng.randn(96, 3), batch_size=12, verbose=0, callbacks=list(callbacks))

fit(ReplicaCheck(every=1))
print("HEALTHY")
try:
    fit(Flip(), ReplicaCheck(every=4))
except errors.ReplicaMismatchError as error:
    print(error)
"""


def test_one_bit_of_one_replica_ends_the_training():
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=240, check=False)
    lines = [line for line in run.stdout.splitlines() if line]
    assert lines[0] == "HEALTHY", run.stderr[-2000:]
    # The moments are the same everywhere, as gradients are summed up; the average of the weight is not.
    assert re.fullmatch(
        r"After step 8 replica 1 has other values than most in sequential\w*/dense\w*/kernel, "
        r"adam\w*/sequential\w*_dense\w*_kernel_average\.",
        lines[1],
    )


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([[1, 2], [1, 2], [1, 2]], ""),
        ([[1, 2], [1, 2], [9, 2]], "replica 2 has other values than most in kernel."),
        ([[1, 2], [8, 2], [1, 9], [1, 2]], "replicas 1, 2 have other values than most in kernel, bias."),
    ],
)
def test_what_it_says(rows, says):
    assert mismatch(np.array(rows), ["kernel", "bias"]) == says


def test_a_long_list_is_cut():
    rows = np.zeros((3, 8), "int64")
    rows[1] = 1
    assert mismatch(rows, list("abcdefgh")).endswith("in a, b, c, d, e and 3 more.")


@pytest.mark.parametrize(("argument", "value"), [("every", 0), ("every", 1.5), ("action", "stop")])
def test_wrong_arguments(argument, value):
    with pytest.raises(InvalidArgumentError, match=rf"`{argument}` must be .* Received: {argument}="):
        ReplicaCheck(**{argument: value})


def test_one_replica_is_left_alone():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0, callbacks=[ReplicaCheck(every=1)])
    assert set(history.history) == {"loss"}
