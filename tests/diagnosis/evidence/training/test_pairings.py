import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.budget import Deadline
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.training.pairings import pairing, trained_pairing
from keras_stable.diagnosis.evidence.training.workbench import Workbench
from keras_stable.diagnosis.rule import Skip


def rows(told=True, count=200):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, count)
    x = (rng.normal(size=(count, 6)) + 3 * np.eye(3)[y].repeat(2, axis=1)).astype("float32")
    return Batch(x, y if told else rng.permutation(y))


def compiled():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    return model


@pytest.mark.parametrize("told", [True, False])
def test_a_copy_is_asked_about_rows_that_were_kept_back(told):
    bench = Workbench(compiled())
    before = bench.model.get_weights()
    seen = trained_pairing(bench, rows(told), 32, Deadline())
    assert (seen.deviations > 6) is told
    assert (seen.samples, seen.steps > 0) == (50, True)
    assert all((one == other).all() for one, other in zip(before, bench.model.get_weights(), strict=True))


def test_a_model_as_it_is():
    model = compiled()
    model.fit(*(getattr(rows(), part) for part in "xy"), epochs=20, verbose=0)
    told, untold = pairing(model, rows()), pairing(model, rows(told=False))
    assert told.loss < 0.2 < told.dealt_loss
    assert (told.deviations > 10, abs(untold.deviations) < 3) == (True, True)


def test_too_few_rows_and_a_loss_that_is_none():
    with pytest.raises(Skip, match="too few rows"):
        trained_pairing(Workbench(compiled()), rows(count=30), 32, Deadline())
    bad = rows()
    bad.x[:] = np.nan
    with pytest.raises(Skip, match="not finite"):
        pairing(compiled(), bad)
