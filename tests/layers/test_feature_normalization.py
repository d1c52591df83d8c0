import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.layers import FeatureNormalization


@pytest.fixture
def x():
    rng = np.random.default_rng(0)
    return rng.normal([7.0, -3e5, 2e-4], [50.0, 1e4, 1e-4], size=(3000, 3)).astype("float32")


def reference(x):
    x = x.astype("float64")
    return (x - x.mean(axis=0)) / x.std(axis=0)


def test_features_get_mean_0_and_deviation_1_at_every_scale(x):
    layer = FeatureNormalization(epsilon=0.0)
    layer.adapt(x)
    np.testing.assert_allclose(layer(x), reference(x), rtol=1e-4, atol=1e-4)
    assert isinstance(layer, keras.layers.Normalization)


@pytest.mark.parametrize("kind", ["tensor", "dataset", "dataset of pairs", "py_dataset", "list", "generator"])
def test_every_kind_of_data_gives_the_same_statistics(x, kind):
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 3

        def __getitem__(self, index):
            return x[index * 1000 : (index + 1) * 1000], np.zeros(1000)

    data = {
        "tensor": lambda: tf.constant(x),
        "dataset": lambda: tf.data.Dataset.from_tensor_slices(x).batch(64),
        "dataset of pairs": lambda: tf.data.Dataset.from_tensor_slices((x, x[:, 0])).batch(700),
        "py_dataset": Batches,
        "list": lambda: [x[:10], x[10:]],
        "generator": lambda: (x[i : i + 100] for i in range(0, len(x), 100)),
    }[kind]()
    layer = FeatureNormalization()
    layer.adapt(data)
    np.testing.assert_allclose(layer.adapt_mean, x.astype("float64").mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(layer.adapt_variance, x.astype("float64").var(axis=0), rtol=1e-5)
    assert layer.adapted


def test_a_new_adapt_takes_effect_in_functions_already_traced(x):
    inputs = keras.Input((3,))
    layer = FeatureNormalization(epsilon=0.0)
    model = keras.Model(inputs, layer(inputs))
    model.compile(loss="mse")
    before = model.predict(x, verbose=0), model.evaluate(x, np.zeros_like(x), verbose=0)
    layer.adapt(x)
    np.testing.assert_allclose(model.predict(x, verbose=0), reference(x), rtol=1e-4, atol=1e-4)
    assert not np.allclose(before[0], model.predict(x, verbose=0))
    assert model.evaluate(x, np.zeros_like(x), verbose=0) == pytest.approx(1.0, rel=1e-3)


@pytest.mark.parametrize("constant", [0.0, 5.0, -1e6, 0.1])
def test_a_constant_feature_is_centred_and_never_amplified(constant):
    layer = FeatureNormalization(epsilon=0.0)
    layer.adapt(np.full((10, 1), constant, "float32"))
    given = np.float32(constant) + np.float32(0.5)
    np.testing.assert_allclose(layer(np.array([[given]])), [[0.5]], rtol=1e-6)


def test_float32_rounding_counts_as_constant():
    values = np.float32(1000.0) + np.float32(6e-5) * np.array([[0], [1], [0], [1]], "float32")
    assert values.std() > 0
    layer = FeatureNormalization(epsilon=0.0)
    layer.adapt(values)
    np.testing.assert_allclose(layer(values + 1), np.ones((4, 1)), atol=1e-3)


def test_epsilon_is_the_deviation_up_to_which_a_feature_is_constant():
    values = np.array([[-1e-4], [1e-4]], "float32")
    layer = FeatureNormalization()
    layer.adapt(values)
    np.testing.assert_allclose(layer(values), values)
    layer = FeatureNormalization(epsilon=1e-5)
    layer.adapt(values)
    np.testing.assert_allclose(layer(values), [[-1], [1]], rtol=1e-5)


@pytest.mark.parametrize("axis", [-1, 1, (1, 3), None])
def test_axes_are_those_of_keras(axis):
    x = np.random.default_rng(1).normal(3, 2, size=(50, 4, 5, 2)).astype("float32")
    ours, stock = FeatureNormalization(axis=axis), keras.layers.Normalization(axis=axis)
    ours.adapt(x)
    stock.adapt(x)
    np.testing.assert_allclose(ours(x), stock(x), rtol=1e-4, atol=1e-5)


def test_given_statistics_and_inversion():
    forward = FeatureNormalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 0.0, 9.0])
    backward = FeatureNormalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 0.0, 9.0], invert=True)
    np.testing.assert_allclose(forward(np.array([[3.0, 5.0, 0.0]])), [[1.0, 3.0, -1.0]], rtol=1e-6)
    values = np.random.default_rng(0).normal(size=(20, 3))
    np.testing.assert_allclose(backward(forward(values)), values, rtol=1e-5, atol=1e-5)


def test_saving_loading_and_exporting_keep_the_statistics(x, tmp_path):
    layer = FeatureNormalization(epsilon=0.5)
    model = keras.Sequential([keras.Input((3,)), layer])
    layer.adapt(x)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))
    assert loaded.layers[0].epsilon == 0.5
    assert loaded.layers[0].adapted
    model.export(tmp_path / "export", verbose=False)
    exported = tf.saved_model.load(tmp_path / "export")
    np.testing.assert_allclose(exported.serve(x), model.predict(x, verbose=0), rtol=1e-6)


def test_statistics_follow_set_weights(x):
    source, target = FeatureNormalization(), FeatureNormalization()
    source.adapt(x)
    target.build((None, 3))
    target.set_weights(source.get_weights())
    np.testing.assert_array_equal(target(x), source(x))
    np.testing.assert_array_equal(target.mean, source.mean)


def test_raw_inputs_do_not_overflow_under_a_half_precision_policy(x):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        layer = FeatureNormalization(epsilon=0.0)
    finally:
        keras.config.set_dtype_policy(before)
    layer.adapt(x)
    np.testing.assert_allclose(layer(x), reference(x), rtol=1e-4, atol=1e-4)


def test_a_mean_far_from_zero_costs_no_precision():
    x = 1e7 + np.arange(4096, dtype="float32").reshape(-1, 1)
    layer = FeatureNormalization()
    layer.adapt(x)
    np.testing.assert_allclose(layer.adapt_variance, [(4096**2 - 1) / 12], rtol=1e-6)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (np.array([[1.0], [np.nan], [np.inf]]), "`data` must be finite. Received: data='2 values"),
        (np.zeros((0, 1)), "`data` must be at least one batch"),
        ([], "`data` must be at least one batch"),
        (np.zeros((4, 2)), "`data` must be of shape"),
    ],
)
def test_bad_data_is_refused_and_changes_nothing(data, message):
    layer = FeatureNormalization()
    layer.adapt(np.array([[1.0], [3.0]]))
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        layer.adapt(data)
    np.testing.assert_array_equal(layer.adapt_mean, [2.0])


@pytest.mark.parametrize("epsilon", [-1, float("nan"), "1e-3", True])
def test_a_bad_epsilon_is_refused(epsilon):
    with pytest.raises(ValueError, match=r"`epsilon` must be a finite number >= 0\. Received: epsilon="):
        FeatureNormalization(epsilon=epsilon)
