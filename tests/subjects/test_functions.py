"""What functions of the user's own return."""

import sys

import numpy as np
import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.subjects.functions import call_for_data, call_for_model

PROGRAM = """
import keras, numpy as np, sys

MODEL = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
X, Y = np.zeros((4, 2)), np.zeros(4)

class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 2
    def __getitem__(self, index):
        return X[:2], Y[:2]

BATCHES = Batches()
FOUND = None

def returned():
    return FOUND

def needs(path):
    return MODEL

def raises():
    raise RuntimeError("no disk\\nsecond line")

def ends():
    sys.exit(3)
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """A module of the user's own, as a test sees it."""
    path = tmp_path_factory.mktemp("own")
    (path / "own_program.py").write_text(PROGRAM, encoding="utf-8")
    sys.path.insert(0, str(path))
    import own_program

    yield own_program
    sys.path.remove(str(path))
    sys.modules.pop("own_program")


@pytest.fixture
def call(program):
    def call(function, found):
        names = {"M": program.MODEL, "X": program.X, "Y": program.Y, "D": program.BATCHES}
        program.FOUND = eval(found, names | {"np": np})
        return function("own_program:returned")

    return call


@pytest.mark.parametrize(
    ("found", "names"),
    [
        ("M", []),
        ("(M, X, Y)", ["x", "y"]),
        ("[M, X, Y]", ["x", "y"]),
        ("(M, D)", ["x"]),
        ("(M, D, {'epochs': 3})", ["x", "epochs"]),
        ("(M, X, Y, None)", ["x", "y"]),
        ("(M, X, Y, {})", ["x", "y"]),
        (
            "(M, X, Y, {'epochs': 3, 'callbacks': [], 'verbose': 0, 'batch_size': None})",
            ["x", "y", "epochs", "callbacks", "verbose"],
        ),
        ("(M, X, Y, {'history': {'loss': [1.0]}, 'steps_per_epoch': 2})", ["x", "y", "history", "steps_per_epoch"]),
        ("(M, {'x': X, 'y': Y, 'epochs': 3})", ["x", "y", "epochs"]),
        ("(M, {'left': X, 'right': X}, {'kind': Y, 'sum': Y})", ["x", "y"]),
    ],
)
def test_a_model_and_what_comes_with_it(found, names, call, program):
    model, arguments = call(call_for_model, found)
    assert model is program.MODEL
    assert list(arguments) == names


@pytest.mark.parametrize(
    ("found", "names"),
    [("(X, Y)", ["x", "y"]), ("D", ["x"]), ("(D, {'epochs': 3})", ["x", "epochs"]), ("(X, Y, {})", ["x", "y"])],
)
def test_data(found, names, call):
    assert list(call(call_for_data, found)) == names


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ("None", "which returned None"),
        ("(X, Y)", "which returned (ndarray, ndarray)"),
        ("(M, X, Y, {}, 5)", "which returned (Sequential, ndarray, ndarray, dict, int)"),
        ("(M, X, Y, 5)", "which returned (Sequential, ndarray, ndarray, int)"),
        ("()", "which returned ()"),
        ("(M, X, Y, {'epoch': 3})", "with 'epoch'. Did you mean 'epochs'?"),
        ("(M, D, {'epoch': 3})", "with 'epoch'. Did you mean 'epochs'?"),
    ],
)
def test_what_is_no_model_with_data(found, words, call):
    with pytest.raises(InvalidArgumentError) as caught:
        call(call_for_model, found)
    assert str(caught.value).startswith("`model` must be a function ")
    assert str(caught.value).endswith(
        f"Received: model='own_program:returned'{'' if words[:4] == 'with' else ','} {words}"
    )


@pytest.mark.parametrize("found", ["None", "()", "(X, Y, {}, 3)", "(X, Y, 3)"])
def test_what_is_no_data(found, call):
    with pytest.raises(InvalidArgumentError, match=r"^`data` must be a function that returns \(x, y\), .*, which ret"):
        call(call_for_data, found)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("needs", r"needs no arguments. Received: model='own_program:needs' \(missing a required argument: 'path'\)"),
        ("raises", "returns. Received: model='own_program:raises', which raised RuntimeError: no disk$"),
        ("ends", "returns. Received: model='own_program:ends', which ended the program with 3"),
        ("missing", "a name that module own_program has"),
    ],
)
def test_a_function_that_cannot_be_called(name, words, program):
    with pytest.raises(InvalidArgumentError, match=f"^`model` must be .*{words}"):
        call_for_model(f"own_program:{name}")
