"""Sequences in a whole audit: sick programs and their fixed twins."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import keras_stable

RNG = np.random.default_rng(0)
LENGTHS = RNG.integers(3, 10, 200)
IDS = np.where(np.arange(40)[None] < LENGTHS[:, None], RNG.integers(1, 20, (200, 40)), 0).astype("int32")
SERIES = np.sin(np.arange(300) / 5)[:, None] + 0.1 * RNG.normal(size=(300, 2)).astype("float32")
WINDOWS = np.stack([SERIES[i : i + 12] for i in range(200)])
BITS = np.arange(200) % 2


def audit(stack, x, y=None, loss="mse", **arguments):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(stack)
    model.compile("adam", loss)
    return keras_stable.audit(model, x, y, probe=False, **arguments)


def first(report):
    return (report.at_least("warning") or [None])[0]


def padded(**arguments):
    words = layers.Embedding(20, 8, **arguments)
    stack = [keras.Input((40,), dtype="int32"), words, layers.GRU(8), layers.Dense(1, activation="sigmoid")]
    return audit(stack, IDS, BITS, "binary_crossentropy")


def test_padding():
    found = first(padded())
    assert found.rule == "unmasked-padding"
    assert found.evidence["washed_out"] > 0.9
    assert found.evidence["share"] == pytest.approx(1 - LENGTHS.mean() / 40, abs=0.02)
    report = padded(mask_zero=True)
    assert not report.of("unmasked-padding"), str(report)
    assert report.facts["padding"][0].washed_out == 0.0


def test_text_that_is_padded_inside_the_model():
    words = np.array([" ".join(f"w{i}" for i in row if i) for row in IDS], object)[:, None]
    vectorize = layers.TextVectorization(output_sequence_length=40)
    vectorize.adapt(words)
    for mask_zero in (False, True):
        words_in = [keras.Input((1,), dtype="string"), vectorize, layers.Embedding(30, 8, mask_zero=mask_zero)]
        report = audit([*words_in, layers.GRU(8), layers.Dense(1, "sigmoid")], words, BITS, "binary_crossentropy")
        assert bool(report.of("unmasked-padding")) != mask_zero, str(report)


@pytest.mark.parametrize("exchanged", [True, False])
def test_steps(exchanged):
    x = WINDOWS[..., :1].swapaxes(1, 2) if exchanged else WINDOWS[..., :1]
    report = audit([keras.Input(x.shape[1:]), layers.LSTM(8), layers.Dense(1)], x, SERIES[12:212, 0])
    assert bool(report.of("single-time-step")) == exchanged, str(report)


@pytest.mark.parametrize("shuffle", [True, False])
def test_a_carried_state(shuffle):
    stack = [keras.Input(batch_shape=(20, 12, 2)), layers.Bidirectional(layers.LSTM(4, stateful=True)), layers.Dense(1)]
    report = audit(stack, WINDOWS, SERIES[12:212, 0], batch_size=20, shuffle=shuffle)
    assert bool(report.of("stateful-shuffle")) == shuffle, str(report)
    assert not shuffle or first(report).rule == "stateful-shuffle"


@pytest.mark.parametrize("shuffle", [True, False])
def test_a_carried_state_and_a_dataset(shuffle):
    rows = tf.data.Dataset.from_tensor_slices((WINDOWS, SERIES[12:212, 0]))
    rows = (rows.shuffle(200) if shuffle else rows).batch(20)
    report = audit([keras.Input(batch_shape=(20, 12, 2)), layers.GRU(4, stateful=True), layers.Dense(1)], rows)
    assert bool(report.of("stateful-shuffle")) == shuffle, str(report)


@pytest.mark.parametrize(("last", "copied"), [(11, True), (12, False)])
def test_a_target_in_the_window(last, copied):
    report = audit([keras.Input((12, 2)), layers.LSTM(8), layers.Dense(1)], WINDOWS, SERIES[last : last + 200, 0])
    assert [finding.evidence["step"] for finding in report.of("target-in-input")] == [11] * copied, str(report)
    assert not copied or first(report).rule == "target-in-input"


def test_a_target_that_the_model_cuts_off():
    cut = layers.Lambda(lambda v: v[:, :-1])
    report = audit([keras.Input((12, 2)), cut, layers.LSTM(8), layers.Dense(1)], WINDOWS, WINDOWS[:, -1, 0])
    assert report.facts["target_copies"][0].used is False
    assert not report.of("target-in-input")


@pytest.mark.parametrize("both", [True, False])
def test_a_model_that_reads_its_target(both):
    layer = layers.GRU(8, return_sequences=True)
    ids = RNG.integers(0, 9, (200, 13))
    batches = tf.data.Dataset.from_tensor_slices((ids[:, :-1], ids[:, 1:])).batch(32)
    stack = [keras.Input((12,), dtype="int32"), layers.Embedding(9, 8), layers.Bidirectional(layer) if both else layer]
    report = audit([*stack, layers.Dense(9, activation="softmax")], batches, None, "sparse_categorical_crossentropy")
    assert bool(report.of("future-leak")) == both, str(report)
    assert report.facts["future"][0].shift == 1
    assert not both or first(report).rule == "future-leak"


@pytest.mark.parametrize("scale", [1.0, 255.0])
def test_a_frozen_network_and_its_data(scale):
    keras.utils.set_random_seed(0)
    x = RNG.uniform(size=(100, 8, 8, 3)).astype("float32")
    network = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(6, 3), layers.BatchNormalization(momentum=0.5)])
    for _ in range(20):
        network(x, training=True)
    network.trainable = False
    pooled = [layers.ReLU(), layers.GlobalAveragePooling2D(), layers.Dense(2, activation="softmax")]
    report = audit(
        [keras.Input((8, 8, 3)), network, *pooled], scale * x, np.arange(100) % 2, "sparse_categorical_crossentropy"
    )
    assert bool(report.of("preprocessed-twice")) == (scale > 1), str(report)
    assert scale == 1 or first(report).rule == "preprocessed-twice"


@pytest.mark.parametrize("adapted", [True, False])
def test_a_vocabulary_that_was_never_adapted(adapted):
    words = np.array([" ".join(f"w{i}" for i in row if i) for row in IDS], object)[:, None]
    vectorize = layers.TextVectorization(max_tokens=30, output_sequence_length=10)
    vectorize.adapt(words if adapted else ["other"])
    inner = [keras.Input((1,), dtype="string"), vectorize, layers.Embedding(30, 8), layers.GlobalMaxPooling1D()]
    report = audit([*inner, layers.Dense(1, "sigmoid")], words, BITS, "binary_crossentropy")
    assert bool(report.of("unknown-words")) != adapted, str(report)
    assert adapted or first(report).rule == "unknown-words"
