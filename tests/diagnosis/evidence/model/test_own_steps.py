import keras
import numpy as np
import pytest

from keras_stable.diagnosis.evidence.model import own_steps


class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.part = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        self.rivals = {"a": keras.optimizers.SGD(0.1), "b": keras.optimizers.Adam(0.2)}

    def train_step(self, data):
        return {}


class OwnLoss(keras.Sequential):
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return keras.ops.mean(y_pred)


def test_what_is_held_and_what_leads():
    model = Own()
    model.compile("rmsprop")
    assert [type(optimizer).__name__ for optimizer in own_steps.own_optimizers(model)] == ["RMSprop", "SGD", "Adam"]
    assert isinstance(own_steps.leading_optimizer(model), keras.optimizers.SGD)
    assert not own_steps.has_call(model)
    assert own_steps.has_own_step(model)
    assert own_steps.has_call(model.part)


def test_a_wrapped_optimizer_is_one():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1)), "mse")
    [optimizer] = own_steps.own_optimizers(model)
    assert isinstance(own_steps.inner(optimizer), keras.optimizers.SGD)


@pytest.mark.parametrize(
    ("loss", "kind", "needed"),
    [("mse", keras.Sequential, True), (None, keras.Sequential, False), ("mse", OwnLoss, False)],
)
def test_labels_are_needed_by_losses_of_compile_alone(loss, kind, needed):
    model = kind([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", loss)
    assert own_steps.needs_labels(model) is needed


class TakesApart(keras.Model):
    def train_step(self, data):
        return {"loss": keras.ops.mean(self(data[0]) - self(data[1]))}


def test_a_model_whose_own_step_takes_batches_apart():
    inputs = keras.Input((4,))
    own, plain = (kind(inputs, keras.layers.Dense(1)(inputs)) for kind in (TakesApart, keras.Model))
    for model, called in ((own, False), (plain, True)):
        own_steps.note_call(model, np.ones((2, 8, 4)))
        assert own_steps.has_call(model) is called
        own_steps.note_call(model, np.ones((8, 4)))
        assert own_steps.has_call(model)
