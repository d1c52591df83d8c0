"""The fixes hold inside the context, for several workers alone, with the versions that were tried."""

import contextlib

import keras
import pytest
import tensorflow as tf

from keras_stable.distribution.keras_fixes import _local_batch, _mean_of_replicas, is_multi_worker, multi_worker_fixes
from keras_stable.errors import UnsupportedKerasError
from keras_stable.keras_private import _trainer


def hooks():
    return _trainer.reduce_per_replica, _trainer.TensorFlowTrainer._maybe_symbolic_build


def test_keras_has_its_own_functions_back_after_an_error():
    before = hooks()
    with contextlib.suppress(KeyError), multi_worker_fixes():
        inside = hooks()
        raise KeyError
    assert not set(before) & set(inside)
    assert hooks() == before


@pytest.mark.parametrize("version", ["3.9.2", "3.16.0", "4.0"])
def test_an_untried_keras_is_refused(version):
    fixes = multi_worker_fixes(version)
    with (
        pytest.raises(UnsupportedKerasError, match=rf"tried with Keras 3.10 to 3.15. Received: Keras {version}"),
        fixes,
    ):
        pass


@pytest.mark.parametrize("version", ["3.10.0", "3.12.4", "3.15.1"])
def test_a_tried_keras_is_taken(version):
    with multi_worker_fixes(version):
        pass


def test_other_strategies_go_keras_s_own_way():
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    assert not is_multi_worker(strategy)
    assert _local_batch(model, iter([(0, 0, iter([1]))])) is None
    own = _mean_of_replicas(3.0, strategy, "auto", lambda values, strategy, reduction: (values, reduction))
    assert own == (3.0, "auto")
