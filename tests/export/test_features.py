import keras
import numpy as np
import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.export.features import encoder_of, watched
from keras_stable.models import classifier

Dense = keras.layers.Dense


class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = Dense(3, name="any")
        self.top = Dense(2)

    def call(self, x):
        return self.top(self.encoder(x))


def functional():
    x = keras.Input((3,))
    return keras.Model(x, Dense(2)(Dense(5, name="hidden")(x)))


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (classifier((4,), 3, hidden_units=(8, 5)), "encoder_dense_1"),
        (classifier((8, 8), 3, "conv", filters=(2,), layer_normalization=False), "encoder_dense"),
        (functional(), "hidden"),
        (Own(), "any"),
        (keras.Sequential([keras.Input((3,)), keras.Sequential([Dense(4)], name="base"), Dense(2)]), "base"),
    ],
    ids=["mlp", "conv", "functional", "own", "inner"],
)
def test_the_encoder_is_recognised(model, name):
    assert encoder_of(model).name == name


def test_a_model_without_an_encoder_has_none():
    assert encoder_of(keras.Sequential([keras.Input((3,)), Dense(2)])) is None


def test_the_user_may_name_it():
    assert encoder_of(Own(), "top").units == 2
    with pytest.raises(InvalidArgumentError, match="`encoder` must be a layer of the model: any, .* encoder='nose'"):
        encoder_of(Own(), "nose")


def test_what_a_layer_gives_is_seen_and_nothing_stays_behind():
    model = functional()
    layer = model.get_layer("hidden")
    with watched(layer) as outputs:
        model(np.ones((2, 3)))
    assert outputs[0].shape == (2, 5)
    assert "call" not in vars(layer)
