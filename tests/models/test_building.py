import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.models import (
    adapt,
    classifier,
)

FROM_LOGITS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def first_step(model, x, y):
    with tf.GradientTape() as tape:
        loss = FROM_LOGITS(y, model(x, training=True))
    return float(loss), tape.gradient(loss, model.trainable_variables)


@pytest.mark.parametrize("adapted", [True, False])
@pytest.mark.parametrize("scale", [1.0, 1e4])
@pytest.mark.parametrize(
    ("shape", "arguments"),
    [
        ((64,), {"encoder": "mlp"}),
        ((12, 12), {"encoder": "conv"}),
        ((12, 12, 3), {"encoder": "conv", "filters": (8, 16)}),
        ((10, 4), {"encoder": "module", "module": "keras.layers:LSTM", "module_arguments": {"units": 16}}),
    ],
)
def test_first_loss_is_near_ln_classes_and_every_variable_gets_a_gradient(shape, arguments, scale, adapted):
    keras.utils.set_random_seed(0)
    classes = 50
    rng = np.random.default_rng(0)
    x = (scale * rng.uniform(0, 16, size=(128, *shape))).astype("float32")
    y = rng.integers(0, classes, 128)
    model = classifier(shape, classes, **arguments)
    if adapted:
        adapt(model, x)
    loss, gradients = first_step(model, x, y)
    assert loss == pytest.approx(np.log(classes), rel=0.05)
    assert len(gradients) == len(model.trainable_variables) >= 6
    for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
        assert gradient is not None, variable.path
        assert float(tf.norm(gradient)) > 0, variable.path
    assert float(tf.linalg.global_norm(gradients)) < 10


def test_the_parts_stand_in_the_prescribed_order():
    model = classifier((8, 8), 3, encoder="conv", filters=(4,))
    names = [layer.name for layer in model.layers]
    order = ["input_normalization", "encoder_dense", "layer_normalization", "feature_normalization", "readout"]
    assert [name for name in names if name in order] == order
    assert model.get_layer("readout").activation is keras.activations.linear


def test_the_readout_gradient_is_bounded_whatever_the_width():
    for width in (16, 1024):
        model = classifier((8,), 10, hidden_units=(width,))
        x = np.random.default_rng(0).normal(size=(256, 8)).astype("float32")
        adapt(model, x)
        model.get_layer("readout").kernel.assign(np.random.default_rng(1).normal(0, 30, size=(width, 10)))
        _, gradients = first_step(model, x, np.zeros(256))
        assert float(tf.norm(gradients[-2])) < 10


@pytest.mark.parametrize(
    "left_out", ["input_normalization", "layer_normalization", "feature_normalization", "logit_scaling"]
)
def test_each_part_can_be_left_out(left_out):
    names = [layer.name for layer in classifier((8,), 3, **{left_out: False}).layers]
    assert left_out not in names
    assert len([name for name in names if name.endswith(("normalization", "scaling"))]) == 3


def test_augmentation_changes_training_alone():
    model = classifier((8, 8), 3, "conv", filters=(4,), augmentation=[keras.layers.GaussianNoise(1.0)])
    x = np.random.default_rng(0).normal(size=(4, 8, 8)).astype("float32")
    np.testing.assert_array_equal(model(x), model(x, training=False))
    assert not np.allclose(model(x, training=True), model(x, training=True))


def test_augmentation_takes_an_image_without_channels_for_one_image():
    """Keras's layers read [batch, height, width] as one image, and would flip the batch."""
    model = classifier((8, 8), 3, augmentation=[keras.layers.RandomFlip()])
    augmented = keras.Model(model.inputs[0], model.get_layer("no_channel").output)
    x = np.arange(4.0)[:, None, None] * np.ones((4, 8, 8))
    for _ in range(5):
        np.testing.assert_array_equal(augmented(x, training=True)[:, 0, 0], [0, 1, 2, 3])


def test_raw_images_do_not_overflow_half_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = classifier((8, 8), 3, "conv", filters=(4,))
    finally:
        keras.config.set_dtype_policy(before)
    x = 1e6 * np.random.default_rng(0).uniform(size=(32, 8, 8)).astype("float32")
    adapt(model, x)
    assert np.isfinite(model(x)).all()


def test_adapt_normalises_inputs_also_where_a_dense_layer_follows_at_once():
    x = 1e4 * np.random.default_rng(0).normal(size=(64, 6)).astype("float32")
    model = classifier((6,), 3, feature_normalization=False, layer_normalization=False)
    kernel = np.array(model.get_layer("encoder_dense_0").kernel)
    adapt(model, x)
    np.testing.assert_array_equal(model.get_layer("encoder_dense_0").kernel, kernel)
    assert np.abs(model(x)).max() < 10


def test_numbers_of_numpy_are_numbers():
    assert classifier(np.zeros((2, 5)).shape[1:], np.int64(3)).output_shape == (None, 3)


def test_logits_are_float32_under_mixed_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = classifier((4,), 3)
    finally:
        keras.config.set_dtype_policy(before)
    x = 1e6 * np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
    adapt(model, x)
    assert model.get_layer("encoder_dense_0").compute_dtype == "float16"
    assert model(x).dtype == tf.float32
    assert np.isfinite(model(x)).all()


def test_an_own_layer_serves_as_encoder():
    encoder = keras.Sequential([keras.layers.Dense(7, activation="tanh"), keras.layers.Dense(5)])
    model = classifier((4,), 3, encoder)
    assert encoder in model.layers
    assert model.get_layer("readout").kernel.shape == (5, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"input_shape": 8}, "`input_shape` must be a tuple of positive ints"),
        ({"input_shape": (0,)}, "`input_shape` must be a tuple of positive ints"),
        ({"num_classes": 1}, "`num_classes` must be an int >= 2. Received: num_classes=1"),
        ({"num_classes": 2.0}, "`num_classes` must be an int >= 2"),
        ({"encoder": "transformer"}, "`encoder` must be one of mlp, conv, module"),
        ({"activation": "reluu"}, "`activation` must be the name of an activation of Keras"),
        ({"hidden_unit": (8,)}, "`hidden_unit` must be left out: the encoder 'mlp' takes hidden_units"),
        ({"encoder": "module"}, "`module` must be given for the encoder 'module'"),
        ({"encoder": "module", "module": "keras.layers:Nothing"}, "module"),
        ({"encoder": "module", "module": "math:pi"}, "`module` must be"),
        ({"encoder": "module", "module": "keras.layers:Dense"}, "`module` must be callable with module_arguments"),
        ({"encoder": "conv"}, r"`input_shape` must be \(height, width\)"),
    ],
)
def test_bad_arguments_get_one_clear_line(arguments, message):
    with pytest.raises(ValueError, match=message) as raised:
        classifier(**{"input_shape": (8,), "num_classes": 3, **arguments})
    assert "\n" not in str(raised.value)
