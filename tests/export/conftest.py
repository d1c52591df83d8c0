import keras
import numpy as np
import pytest

from keras_stable.export import exporting, proof, serve_without_keras
from keras_stable.models import adapt, classifier

L = keras.layers


def _random():
    return np.random.default_rng(0)


def conv():
    keras.utils.set_random_seed(0)
    model = classifier((6, 6), 4, "conv", filters=(4,), feature_dim=8, augmentation=[L.GaussianNoise(0.5)])
    x = _random().normal(5, 1e4, size=(70, 6, 6)).astype("float32")
    adapt(model, x)
    model.get_layer("readout").kernel.assign(_random().normal(0, 5, (8, 4)))
    return model, x


def text():
    words = keras.Input((), dtype="string", name="review text")
    tokens = L.TextVectorization(output_sequence_length=5, vocabulary=["good", "bad"])(words)
    states = L.GRU(3)(L.Embedding(9, 4, mask_zero=True)(tokens))
    model = keras.Model(words, L.Dense(2, activation="softmax")(states))
    return model, np.array(["good film", "bad", "Größe", ""], object)


def several():
    number = keras.Input((3,), name="number")
    ids = keras.Input((None,), dtype="int32", name="ids")
    kind = keras.Input((1,), dtype="string", name="kind")
    parts = [number, L.GlobalAveragePooling1D()(L.Embedding(20, 4, mask_zero=True)(ids))]
    joined = L.Concatenate()([*parts, L.StringLookup(vocabulary=["x", "y"], output_mode="one_hot")(kind)])
    outputs = {"species": L.Dense(3, activation="softmax")(joined), "price": L.Dense(1)(joined)}
    model = keras.Model({"number": number, "of": {"ids": ids, "kind": kind}}, outputs)
    x = {
        "number": _random().normal(size=(6, 3)),
        "of": {"ids": _random().integers(0, 20, (6, 5)), "kind": np.array([["x"], ["z"], ["y"]] * 2)},
    }
    return model, x


class Own(keras.Model):
    """Subclassed, with nested inputs and an encoder of its own."""

    def __init__(self):
        super().__init__()
        self.encoder = L.Dense(3, activation="tanh")
        self.top = L.Dense(4)

    def call(self, x):
        return keras.ops.softmax(self.top(self.encoder(x["a"])) + keras.ops.cast(x["b"]["c"], "float32"))


def own():
    return Own(), {"a": _random().normal(size=(5, 2)), "b": {"c": _random().integers(0, 5, (5, 4))}}


def mixed():
    policy = keras.dtype_policies.DTypePolicy("mixed_float16")
    hidden = L.Dense(16, activation="relu", dtype=policy)
    model = keras.Sequential([keras.Input((5,)), hidden, L.Dense(3, activation="softmax", dtype=policy)])
    return model, _random().normal(size=(70, 5))


def lora():
    model = keras.Sequential([keras.Input((5,)), L.Dense(8, name="adapted"), L.Dense(2)])
    layer = model.get_layer("adapted")
    layer.enable_lora(2)
    layer.lora_kernel_b.assign(_random().normal(size=(2, 8)))
    model.compile(loss="mse")
    return model, _random().normal(size=(9, 5))


MODELS = {"conv": conv, "text": text, "several": several, "own": own, "mixed": mixed, "lora": lora}


@pytest.fixture
def in_process(monkeypatch):
    """Serves an export in this process: what only a fresh one shows has its own tests, and costs seconds."""

    def serve(path, cases, form):
        servers = getattr(serve_without_keras, form)(str(path / proof.FILES[form]))
        served = {}
        for case, arrays in cases.items():
            for signature, server in servers.items():
                try:
                    parts = [server(part) for part in serve_without_keras.parts(arrays)]
                except Exception as error:  # noqa: BLE001
                    served[f"{case}|error"] = np.array(str(error))
                    continue
                for name in parts[0]:
                    served[f"{case}|{signature}|{name}"] = np.concatenate([part[name] for part in parts])
        return served

    monkeypatch.setattr(proof, "serve", serve)
    monkeypatch.setattr(exporting, "serve", serve)


@pytest.fixture
def small_models():
    """Functions that return a model and samples, by name: one of every kind."""
    return MODELS
