"""Programs of users, in files of their own."""

import textwrap

import pytest

from keras_stable.scripts.programs import UserProgram

# Programs, which train where they are imported.
collect_ignore = ["habits"]

HEAD = """
import sys
import keras
import numpy as np

rng = np.random.default_rng(0)
x = rng.normal(0, 1000, size=(64, 4)).astype("float32")
y = (x[:, 0] > 0).astype("int32")


def build(optimizer=None):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(2)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer or keras.optimizers.SGD(0.01), loss)
    return model
"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Returns a function that makes a program of a source, after the common head, in a directory of its own."""
    monkeypatch.chdir(tmp_path)

    def make(source, *arguments, head=HEAD, name="train.py"):
        (tmp_path / name).write_text(head + textwrap.dedent(source))
        return UserProgram(name, arguments)

    return make


@pytest.fixture
def line_of(tmp_path):
    """Returns a function that finds the number of the first line with a text in it."""

    def find(text, name="train.py"):
        lines = (tmp_path / name).read_text().splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)

    return find
