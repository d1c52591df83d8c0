import keras
import numpy as np
import pytest

from keras_stable import optimizers
from keras_stable.config import Config
from keras_stable.data import Data, Split
from keras_stable.losses import SparseCrossentropy
from keras_stable.runs.composition import build_loss, build_model, build_optimizer, class_weight, steps_per_epoch


def config(**sections):
    return Config.model_validate({"data": {"kind": "sklearn", "name": "digits"}, **sections})


def data(counts=(10, 30, 20)):
    y = np.repeat(np.arange(len(counts)), counts)
    x = np.random.default_rng(0).normal(size=(len(y), 4)).astype("float32")
    return Data(Split(x, y), Split(x[:5], y[:5]), (4,), len(counts), None, np.array(counts))


def test_the_default_optimizer_is_the_prescribed_one():
    made = build_optimizer(config(), steps=10)
    assert type(made) is optimizers.AdamW
    expected = {"weight_decay": 1e-4, "clipvalue": 10.0, "global_clipnorm": 0.5, "learning_rate": pytest.approx(1e-3)}
    assert {name: made.get_config()[name] for name in expected} == expected


@pytest.mark.parametrize("name", ["adamw", "adam", "sgd", "lion"])
def test_every_optimizer_takes_the_keys(name):
    made = build_optimizer(config(optimizer={"name": name, "weight_decay": None, "clipvalue": None}), steps=10)
    assert isinstance(made, getattr(keras.optimizers, {"adamw": "AdamW", "sgd": "SGD"}.get(name, name.capitalize())))
    assert made.clipvalue is None


def rates(steps, **optimizer):
    made = build_optimizer(config(optimizer={"learning_rate": 0.1, **optimizer}, fit={"epochs": 10}), steps=10)
    return [float(made._learning_rate(step)) for step in steps]


def test_cosine_with_warm_up_climbs_to_the_rate_and_falls_to_a_hundredth():
    got = rates([0, 10, 20, 60, 100], learning_rate_schedule="cosine", warmup_epochs=2)
    assert got == pytest.approx([0.0, 0.05, 0.1, 0.1 * (0.99 * 0.5 + 0.01), 0.001], rel=1e-4)


def test_cosine_without_warm_up_starts_at_the_rate():
    assert rates([0, 100], learning_rate_schedule="cosine") == pytest.approx([0.1, 0.001], rel=1e-4)


def test_constant_with_warm_up_stays_at_the_rate():
    assert rates([0, 5, 10, 90], warmup_epochs=1) == pytest.approx([0.0, 0.05, 0.1, 0.1], rel=1e-4)


def test_loss_is_that_of_keras_unless_it_lacks_an_option():
    assert type(build_loss(config())) is keras.losses.SparseCategoricalCrossentropy
    made = build_loss(config(loss={"label_smoothing": 0.1, "focal_gamma": 2.0}))
    assert (type(made), made.label_smoothing, made.focal_gamma) == (SparseCrossentropy, 0.1, 2.0)


def test_balanced_weights_give_every_class_the_same_sum_and_mean_one():
    weights = class_weight(config(fit={"class_weight": "balanced"}), data())
    assert [weights[i] * n for i, n in enumerate((10, 30, 20))] == pytest.approx([20, 20, 20])


def test_given_weights_must_name_every_class():
    assert class_weight(config(fit={"class_weight": {0: 1, 1: 2, 2: 3}}), data()) == {0: 1, 1: 2, 2: 3}
    with pytest.raises(ValueError, match="`fit.class_weight` must be .* for each class id from 0 to 2. Received"):
        class_weight(config(fit={"class_weight": {0: 1, 3: 2}}), data())


def test_mixed_precision_holds_for_the_model_and_not_beyond():
    before = keras.config.dtype_policy().name
    model = build_model(config(fit={"mixed_precision": "mixed_float16"}), data())
    assert keras.config.dtype_policy().name == before
    assert model.get_layer("encoder_dense_0").compute_dtype == "float16"
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)


def test_steps_are_counted_for_every_form_of_data():
    import tensorflow as tf

    dataset = tf.data.Dataset.range(10).batch(3)
    assert steps_per_epoch(Split(np.zeros((10, 2)), np.zeros(10)), 3) == 4
    assert steps_per_epoch(Split(dataset), 99) == 4
    assert steps_per_epoch(Split(dataset.filter(lambda batch: True)), 99) == 4


def test_bad_arguments_of_an_augmentation_layer_get_one_line():
    flip = {"layer": "RandomFlip", "mod": "x"}
    with pytest.raises(ValueError, match=r"`augmentation\[0\]` must be arguments of keras.layers.RandomFlip") as caught:
        build_model(config(augmentation=[flip]), data())
    assert "\n" not in str(caught.value)
