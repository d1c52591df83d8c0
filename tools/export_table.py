"""How close each export is to its model: one row for each kind of model, one column for each format.

    python tools/export_table.py                     every model and format, a few minutes
    python tools/export_table.py --models mlp table

Each cell is the largest difference of an answer, as a share of the largest value in its row where that is over 1, on
random samples, made-up ones and the edges, in a process without Keras; or why the format cannot hold the model.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_stable.config.column import Column
from keras_stable.errors import ExportError
from keras_stable.export.formats import FORMATS, export_as
from keras_stable.models import adapt, classifier

L = keras.layers
RANDOM = np.random.default_rng(0)
Model = tuple[keras.Model, Any]


def mlp() -> Model:
    """keras_stable's `mlp`."""
    model, x = classifier((20,), 10), RANDOM.normal(5, 2, (100, 20))
    adapt(model, x)
    return model, x


def conv() -> Model:
    """keras_stable's `conv`."""
    model, x = classifier((16, 16), 10, "conv"), RANDOM.normal(5, 2, (100, 16, 16))
    adapt(model, x)
    return model, x


def own_encoder() -> Model:
    """A user's encoder."""
    layers = [L.Conv1D(8, 3, activation="relu"), L.BatchNormalization(), L.GlobalMaxPooling1D(), L.Dense(6, "tanh")]
    model, x = classifier((12, 3), 4, keras.Sequential(layers)), RANDOM.normal(5, 2, (100, 12, 3))
    adapt(model, x)
    return model, x


def mobilenet() -> Model:
    """keras.applications.MobileNetV3Small."""
    model = keras.applications.MobileNetV3Small((96, 96, 3), weights=None, classes=10)
    return model, RANDOM.uniform(0, 255, (4, 96, 96, 3))


def efficientnet() -> Model:
    """keras.applications.EfficientNetB0."""
    model = keras.applications.EfficientNetB0(input_shape=(96, 96, 3), weights=None, classes=10)
    return model, RANDOM.uniform(0, 255, (4, 96, 96, 3))


def transformer() -> Model:
    """A small transformer of any length."""
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    x = L.Embedding(100, 32, mask_zero=True)(tokens)
    for _ in range(2):
        x = L.LayerNormalization()(x + L.MultiHeadAttention(4, 8)(x, x))
        x = L.LayerNormalization()(x + L.Dense(32)(L.Dense(64, "gelu")(x)))
    return keras.Model(tokens, L.Dense(3, "softmax")(L.GlobalAveragePooling1D()(x))), RANDOM.integers(0, 100, (50, 12))


def text() -> Model:
    """Text with TextVectorization, and an LSTM over words with a mask."""
    words = keras.Input((), dtype="string", name="review")
    tokens = L.TextVectorization(output_sequence_length=8, vocabulary=["good", "bad", "film"])(words)
    state = L.LSTM(8)(L.Embedding(10, 8, mask_zero=True)(tokens))
    return keras.Model(words, L.Dense(2, "softmax")(state)), np.array(["good film", "bad", "", "Größe"] * 5, object)


def table() -> Model:
    """A table with categories, a date and missing numbers."""
    columns = (
        Column("age", "number", missing=True, mean=40, deviation=10),
        Column("town", "category", vocabulary=("Ulm", "Rom")),
        Column("born", "date", mean=5000, deviation=3000),
    )
    model = classifier((3,), 3, columns=columns)
    rows = {"age": [31, np.nan], "town": ["Ulm", "?"], "born": ["1990-02-03", ""]}
    x = {name: np.array(cells * 20, float if name == "age" else object) for name, cells in rows.items()}
    adapt(model, x)
    return model, x


def mixed_precision() -> Model:
    """Mixed precision, float16."""
    policy = keras.dtype_policies.DTypePolicy("mixed_float16")
    layers = [L.Dense(64, "relu", dtype=policy), L.Dense(64, "relu", dtype=policy), L.Dense(5, "softmax", dtype=policy)]
    return keras.Sequential([keras.Input((20,)), *layers]), RANDOM.normal(size=(100, 20))


def several() -> Model:
    """Several nested inputs and outputs."""
    a, b = keras.Input((4,), name="a"), keras.Input((None, 3), name="b")
    joined = L.Concatenate()([a, L.GRU(5)(b)])
    outputs = {"kind": L.Dense(3, "softmax")(joined), "price": L.Dense(1)(joined)}
    x = {"a": RANDOM.normal(size=(30, 4)), "b": {"c": RANDOM.normal(size=(30, 6, 3))}}
    return keras.Model({"a": a, "b": {"c": b}}, outputs), {"a": x["a"], "b": x["b"]}


def lora() -> Model:
    """LoRA."""
    model = keras.Sequential([keras.Input((20,)), L.Dense(32, "relu"), L.Dense(5, "softmax")])
    for layer in model.layers:
        layer.enable_lora(4)
        layer.lora_kernel_b.assign(RANDOM.normal(size=layer.lora_kernel_b.shape))
    return model, RANDOM.normal(size=(100, 20))


MODELS: dict[str, Callable[[], Model]] = {
    function.__name__: function
    for function in (
        *(mlp, conv, own_encoder, mobilenet, efficientnet, transformer),
        *(text, table, mixed_precision, several, lora),
    )
}


def cell(model: keras.Model, x: Any, form: str) -> str:
    """Returns what stands in the table."""
    with tempfile.TemporaryDirectory() as directory:
        try:
            exported = export_as(form, model, Path(directory) / "m", x)
        except ExportError as error:
            return str(error).rpartition("Received: ")[2].replace("|", "\\|")[:80]
        unproven = "".join(f", without: {case}" for case in exported.proof.unproven)
        return f"{exported.largest_difference:.1e}{unproven}"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=list(FORMATS))
    arguments = parser.parse_args()
    print(f"| model | {' | '.join(arguments.formats)} |\n|{' --- |' * (1 + len(arguments.formats))}")
    for name in arguments.models:
        keras.utils.set_random_seed(0)
        model, x = MODELS[name]()
        cells = " | ".join(cell(model, x, form) for form in arguments.formats)
        print(f"| {(MODELS[name].__doc__ or name).rstrip('.')} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
