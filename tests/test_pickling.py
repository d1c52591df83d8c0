"""A pickled model loads in a fresh process, which has not imported what the model is made of."""

import os
import pickle
import subprocess
import sys

import joblib
import keras
import numpy as np
import pytest
from keras.wrappers import SKLearnClassifier
from sklearn.model_selection import cross_val_score

import keras_stable
from keras_stable.optimizers import guard

OWN = """
import keras

class Halves(keras.optimizers.SGD):
    pass

@keras.saving.register_keras_serializable("own")
class Doubles(keras.layers.Layer):
    def call(self, x):
        return 2 * x
"""
LOADS = """
import pickle, sys
import numpy as np
model, optimizer_class, x, expected = pickle.load(open(sys.argv[1], "rb"))
np.testing.assert_array_equal(model.predict(x, verbose=0), expected)
assert type(model.optimizer) is optimizer_class, type(model.optimizer)
print(optimizer_class.__name__, int(model.optimizer.iterations))
"""
LOADS_SAVED = """
import sys
import keras_stable
optimizer = keras_stable.load_model(sys.argv[1]).optimizer
print(type(optimizer).__name__, int(optimizer.iterations))
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    directory = tmp_path_factory.mktemp("own")
    (directory / "own_optimizers.py").write_text(OWN)
    sys.path.insert(0, str(directory))
    import own_optimizers

    yield own_optimizers
    sys.path.remove(str(directory))


def trained(optimizer, *hidden):
    model = keras.Sequential([keras.Input((4,)), *hidden, keras.layers.Dense(2, activation="softmax")])
    model.compile(optimizer, "categorical_crossentropy")
    model.fit(np.ones((8, 4)), np.eye(2)[np.zeros(8, int)], verbose=0)
    return model


def run(program, *arguments, path=""):
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": ":".join(filter(None, [path, *sys.path]))},
    )
    return done.stdout.strip(), done.stderr


@pytest.mark.parametrize("kind", ["AdamW", "guarded own class, own layer"])
def test_a_pickled_model_loads_in_a_fresh_process(kind, own, tmp_path):
    optimizer, hidden = {
        "AdamW": (keras_stable.optimizers.AdamW(0.1), [keras_stable.layers.FeatureNormalization()]),
        "guarded own class, own layer": (guard(own.Halves)(0.1), [own.Doubles()]),
    }[kind]
    model, x = trained(optimizer, *hidden), np.arange(8.0).reshape(2, 4)
    with open(tmp_path / "model.pkl", "wb") as file:
        pickle.dump((model, type(optimizer), x, model.predict(x, verbose=0)), file)
    output, problems = run(LOADS, tmp_path / "model.pkl")
    assert output == f"{type(optimizer).__name__} 1", problems[-2000:]


def test_cross_validation_in_other_processes():
    needs = "import keras.wrappers, sklearn, sklearn.model_selection; sklearn.pipeline"
    if subprocess.run([sys.executable, "-c", needs], capture_output=True).returncode:
        pytest.skip("the wrapper of Keras needs a newer scikit-learn in other processes")
    x = np.random.default_rng(0).normal(size=(30, 4)).astype("float32")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
    model.compile(guard(keras.optimizers.RMSprop)(0.1), "categorical_crossentropy", metrics=["accuracy"])
    scores = cross_val_score(
        SKLearnClassifier(model, fit_kwargs={"verbose": 0}),
        x,
        (x[:, 0] > 0).astype(int),
        n_jobs=2,
        cv=2,
        error_score="raise",
    )
    assert scores.shape == (2,)


def test_joblib_files_and_copies(tmp_path):
    model = trained(keras_stable.optimizers.AdamW(0.1))
    joblib.dump(model, tmp_path / "model.joblib")
    loaded = joblib.load(tmp_path / "model.joblib")
    for one, other in zip(model.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy(), err_msg=one.path)


def test_the_pickle_of_a_model_without_anything_of_ours_stays_as_keras_makes_it():
    model = trained(keras.optimizers.SGD(0.1))
    assert b"keras_stable" not in pickle.dumps(model)
    assert b"keras_stable" in pickle.dumps(trained(keras_stable.optimizers.SGD(0.1)))


def test_a_saved_model_with_a_guarded_class_loads_in_a_fresh_process(own, tmp_path):
    trained(guard(own.Halves)(0.1)).save(tmp_path / "model.keras")
    output, problems = run(LOADS_SAVED, tmp_path / "model.keras")
    assert output == "GuardedHalves 1", problems[-2000:]
    # Where the class cannot be imported, the error says which it is.
    program = "import sys; sys.path = [p for p in sys.path if 'own' not in p]" + LOADS_SAVED
    _, problems = run(program, tmp_path / "model.keras")
    last = problems.strip().splitlines()[-1]
    assert "`optimizer` must be guarded from a Keras optimizer class that can be imported" in last
    assert "own_optimizers.Halves" in last
