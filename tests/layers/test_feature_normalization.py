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
    layer = FeatureNormalization()
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
    layer = FeatureNormalization()
    model = keras.Model(inputs, layer(inputs))
    model.compile(loss="mse")
    before = model.predict(x, verbose=0), model.evaluate(x, np.zeros_like(x), verbose=0)
    layer.adapt(x)
    np.testing.assert_allclose(model.predict(x, verbose=0), reference(x), rtol=1e-4, atol=1e-4)
    assert not np.allclose(before[0], model.predict(x, verbose=0))
    assert model.evaluate(x, np.zeros_like(x), verbose=0) == pytest.approx(1.0, rel=1e-3)


@pytest.mark.parametrize("constant", [0.0, 5.0, -1e6, 0.1])
def test_a_constant_feature_is_centred_and_never_amplified(constant):
    layer = FeatureNormalization()
    layer.adapt(np.full((10, 1), constant, "float32"))
    given = np.float32(constant) + np.float32(0.5)
    np.testing.assert_allclose(layer(np.array([[given]])), [[0.5]], rtol=1e-6)


@pytest.mark.parametrize("kind", ["array", "dataset", "parts of different sizes"])
@pytest.mark.parametrize("mean", [0.0, 1.0, -1e6])
@pytest.mark.parametrize("deviation", [1e-18, 1e-12, 5e-4, 1.0, 1e6, 1e18])
def test_what_varies_is_normalised_in_any_unit(deviation, mean, kind):
    """Beside a feature of unit scale, and with a mean of up to a million deviations."""
    rng = np.random.default_rng(4)
    x = np.stack([rng.normal(mean, 1.0, 2000) * deviation, rng.normal(3.0, 1.0, 2000)], axis=1).astype("float32")
    data = {
        "array": x,
        "dataset": tf.data.Dataset.from_tensor_slices(x).batch(300),
        "parts of different sizes": [x[:1], x[1:1900], x[1900:]],
    }[kind]
    layer = FeatureNormalization()
    layer.adapt(data)
    # The mean is a float32 too: of a million deviations, it is known to a thirtieth of one.
    np.testing.assert_allclose(layer(x), reference(x), rtol=1e-4, atol=1e-4 + 6e-8 * abs(mean))


@pytest.mark.parametrize(("dtype", "mean"), [("float32", 1000.0), ("float16", 1000.0), ("bfloat16", 3.0)])
def test_rounding_of_the_dtype_of_the_data_counts_as_constant(dtype, mean):
    """Neighbours of one number: what a constant becomes that took a few operations to compute."""
    as_numpy = tf.as_dtype(dtype).as_numpy_dtype
    one = np.asarray(mean, as_numpy)
    values = np.array([one, np.nextafter(one, as_numpy(2 * mean)), one, one]).reshape(4, 1)
    assert values.astype("float64").std() > 0
    layer = FeatureNormalization()
    layer.adapt(values)
    exact = values.astype("float64")
    np.testing.assert_allclose(layer(values.astype("float32") + 1), exact + 1 - exact.mean(), atol=1e-4)


def test_what_only_the_dtype_of_the_layer_cannot_resolve_counts_as_constant():
    values = 1e9 + np.arange(8.0).reshape(8, 1)
    layers = {dtype: FeatureNormalization(dtype=dtype) for dtype in ("float32", "float64")}
    for layer in layers.values():
        layer.adapt(values)
    np.testing.assert_array_equal(layers["float32"](values.astype("float32") + 64), np.full((8, 1), 64.0))
    np.testing.assert_allclose(layers["float64"](values), reference(values), rtol=1e-12)


def test_a_float64_constant_is_constant_however_it_is_summed():
    layer = FeatureNormalization(dtype="float64")
    layer.adapt([np.full((size, 1), 0.1) for size in (1, 999, 12345)])
    np.testing.assert_allclose(layer(np.array([[0.2]])), [[0.1]], rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64", "int8", "bool"])
def test_inputs_of_any_dtype_are_normalised(dtype):
    values = np.random.default_rng(5).normal(2, 40, size=(400, 3))
    values = np.maximum(values, 0).astype(tf.as_dtype(dtype).as_numpy_dtype)
    layer = FeatureNormalization()
    layer.adapt(values)
    np.testing.assert_allclose(layer(values), reference(values), rtol=1e-4, atol=1e-4)


def test_a_deviation_that_cannot_be_squared_is_not_passed_over():
    values = np.array([[1.0], [3.0]])
    layer = FeatureNormalization()
    layer.adapt(values)
    with pytest.raises(
        ValueError, match=r"`data` must be of means and .* float32 can square, up to 1\.8e\+19\. Received"
    ):
        layer.adapt(values * 1e20)
    np.testing.assert_allclose(layer(values), [[-1], [1]])
    with pytest.warns(UserWarning, match=r"1 features vary by less than 1\.1e-19, whose square float32 cannot hold"):
        layer.adapt(values * 1e-25)
    np.testing.assert_allclose(layer(np.array([[0.5]])), [[0.5]])


@pytest.mark.parametrize(
    ("values", "epsilon"),
    [
        ([[0.0], [0.0]], 0.0),  # constant
        ([[1e-25], [3e-25]], 1e-3),  # constant by epsilon
        ([[1e-20], [1.0000001e-20]], 0.0),  # constant by float32, not by float64
    ],
)
def test_what_is_constant_anyway_is_nothing_to_warn_of(values, epsilon, recwarn):
    FeatureNormalization(epsilon=epsilon).adapt(np.array(values))
    assert not [warning for warning in recwarn if "vary by less" in str(warning.message)]


def test_epsilon_is_the_deviation_up_to_which_a_feature_is_constant():
    values = np.array([[-1e-4], [1e-4]], "float32")
    layer = FeatureNormalization(epsilon=1.01e-4)
    layer.adapt(values)
    np.testing.assert_allclose(layer(values), values)
    layer = FeatureNormalization(epsilon=0.99e-4)
    layer.adapt(values)
    np.testing.assert_allclose(layer(values), [[-1], [1]], rtol=1e-5)


def test_a_config_of_before_keeps_its_epsilon():
    """Configs have always stored it, so that a saved model answers as it did when 1e-3 was the default."""
    config = {"name": "n", "dtype": "float32", "axis": [-1], "mean": None, "variance": None, "epsilon": 1e-3}
    layer = FeatureNormalization.from_config(config)
    layer.build((None, 1))
    layer.set_weights([np.array([2.0]), np.array([1e-8]), np.array(10)])
    np.testing.assert_allclose(layer(np.array([[2.5]])), [[0.5]])
    assert layer.get_config()["epsilon"] == 1e-3


def test_it_is_adapted_from_one_sample_on():
    layer = FeatureNormalization()
    assert not layer.adapted
    assert layer.mean is layer.variance is None
    layer.build((None, 1))
    assert not layer.adapted
    layer.adapt(np.array([[3.0]]))
    assert layer.adapted
    assert FeatureNormalization(mean=0.0, variance=1.0).adapted


def test_it_loads_by_the_name_that_files_have():
    assert keras.saving.get_registered_name(FeatureNormalization) == "keras_stable>FeatureNormalization"


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
        layer = FeatureNormalization()
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
