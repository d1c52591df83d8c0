import keras
import numpy as np
import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.stability.replay_bench import ReplayBench
from keras_stable.stability.rollback_state import RollbackState

X, Y = np.ones((4, 2), "float32"), np.zeros((4, 1), "float32")


@pytest.fixture(scope="module")
def model():
    made = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 100, 0.9)
    made.compile(keras.optimizers.SGD(rate), "mse", jit_compile=False)
    made.optimizer.build(made.trainable_variables)
    return made


def state(model, kernel):
    model.set_weights([np.array(kernel, "float32")])
    return RollbackState(model).copy()


def test_a_step_is_taken_from_a_state_at_a_rate(model):
    """Against the gradient by hand: the answer is 3, so the loss is 9 and its slope 6 for each weight."""
    healthy = state(model, [[1.0], [2.0]])
    with ReplayBench(model, (0, 1), {"loss": 100.0, "norm": None}) as bench:
        for rate in (0.1, 0.01):
            outcome = bench.steps("once", healthy, [[X, Y]], [rate])
            assert (outcome.loss, outcome.bad) == (pytest.approx(9), False)
            assert outcome.norm == pytest.approx(6 * np.sqrt(2))
            np.testing.assert_allclose(model.get_weights()[0].ravel(), [1 - 6 * rate, 2 - 6 * rate], rtol=1e-5)
        assert bench.steps("several", healthy, [[X, Y]] * 8, [0.1], level=0.0).bad
        assert bench.steps("at a high rate", healthy, [[X, Y]] * 40, [10.0]).bad
        assert bench.steps("nan", healthy, [[X * np.nan, Y]], [0.1]).bad
        assert bench.in_float64("wide", healthy, [X, Y]).loss == pytest.approx(9)


def test_limits_are_kept_to(model):
    healthy = state(model, [[1.0], [2.0]])
    with ReplayBench(model, (0, 1), {"loss": 8.0, "norm": None}) as bench:
        assert bench.steps("once", healthy, [[X, Y]], [0.1]).bad
    with ReplayBench(model, (0, 1), {"loss": None, "norm": 8.0}) as bench:
        assert bench.steps("once", healthy, [[X, Y]], [0.1]).bad


def test_a_model_of_other_shapes_is_refused(model):
    with ReplayBench(model, (0, 1), {}) as bench, pytest.raises(InvalidArgumentError, match="`model` must be the one"):
        bench.steps("once", {"0:0:kernel": np.zeros((3, 1))}, [[X, Y]], [0.1])
