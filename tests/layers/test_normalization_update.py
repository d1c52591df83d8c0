import keras
import numpy as np
import pytest

from keras_stable.layers import FeatureNormalization, NormalizationUpdate
from keras_stable.models import classifier


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(3, 20, size=(200, 6)).astype("float32")


def shifted(model, rng):
    for variable in model.trainable_variables:
        variable.assign(variable + rng.normal(0, 0.3, variable.shape))


def features_before(model, layer, x):
    return keras.Model(model.inputs, layer.input).predict(x, verbose=0).astype("float64")


def test_refresh_gives_the_present_statistics_and_keeps_the_outputs(x):
    model = classifier((6,), 5, hidden_units=(16, 12))
    update = NormalizationUpdate(model)
    update.adapt(x)
    shifted(model, np.random.default_rng(1))
    layer = model.get_layer("feature_normalization")
    old_mean, before = np.array(layer.adapt_mean), model.predict(x, verbose=0)
    update.refresh(x)
    features = features_before(model, layer, x)
    np.testing.assert_allclose(layer.adapt_mean, features.mean(axis=0), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(layer.adapt_variance, features.var(axis=0), rtol=1e-4, atol=1e-6)
    assert not np.allclose(old_mean, layer.adapt_mean)
    np.testing.assert_allclose(model.predict(x, verbose=0), before, atol=1e-5)


def test_adapt_goes_from_the_inputs_on(x):
    model = classifier((6,), 5, hidden_units=(16, 12))
    NormalizationUpdate(model).adapt(x)
    np.testing.assert_allclose(model.get_layer("input_normalization").adapt_mean, x.mean(axis=0), rtol=1e-4)
    normalised = keras.Model(model.inputs, model.get_layer("feature_normalization").output).predict(x, verbose=0)
    np.testing.assert_allclose(normalised.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(normalised.std(axis=0), 1, atol=1e-3)


def test_adapt_new_leaves_adapted_layers_alone(x):
    model = classifier((6,), 5, hidden_units=(16,))
    model.get_layer("input_normalization").adapt(x)
    NormalizationUpdate(model).adapt_new(2 * x)
    np.testing.assert_allclose(model.get_layer("input_normalization").adapt_mean, x.mean(axis=0), rtol=1e-4)
    assert model.get_layer("feature_normalization").adapted


def test_dropout_and_plain_readouts_are_followed(x):
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(8),
            FeatureNormalization(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(3),
        ]
    )
    before = model.predict(x, verbose=0)
    NormalizationUpdate(model).refresh(x)
    np.testing.assert_allclose(model.predict(x, verbose=0), before, rtol=1e-4, atol=1e-4)


def test_features_are_measured_as_they_are_at_inference(x):
    """Dropout before the layer would zero half of them, and batch statistics would centre them."""
    encoder = [
        keras.layers.Dense(8, bias_initializer="ones"),
        keras.layers.BatchNormalization(),
        keras.layers.Dropout(0.5),
    ]
    model = keras.Sequential([keras.Input((6,)), *encoder, FeatureNormalization(), keras.layers.Dense(3)])
    NormalizationUpdate(model).adapt(x)
    layer = model.layers[3]
    features = features_before(model, layer, x)
    np.testing.assert_allclose(layer.adapt_mean, features.mean(axis=0), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(layer.adapt_variance, features.var(axis=0), rtol=1e-4)


def test_batches_of_any_size_are_traced_once(x):
    update = NormalizationUpdate(classifier((6,), 3, hidden_units=(8,)))
    update.adapt([x[:64], x[64:100], x[100:]])
    assert [function.experimental_get_tracing_count() for function in update._inputs_of] == [1, 1]


def test_moving_averages_of_the_optimizer_are_rewritten_too(x):
    model = classifier((6,), 3, hidden_units=(8,))
    optimizer = keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5)
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    NormalizationUpdate(model).adapt(x)
    model.fit(x, np.arange(200) % 3, epochs=1, verbose=0)
    live = model.get_weights()

    def outputs_of_the_average():
        optimizer._overwrite_model_variables_with_average_value(model.trainable_variables)
        outputs = model.predict(x, verbose=0)
        for variable, value in zip(model.trainable_variables, trainable, strict=True):
            variable.assign(value)
        return outputs

    model.set_weights(live)
    trainable = [np.array(v) for v in model.trainable_variables]
    before = outputs_of_the_average()
    model.layers[2].bias.assign_add(np.full(8, 0.5))
    trainable = [np.array(v) for v in model.trainable_variables]
    NormalizationUpdate(model).refresh(x)
    trainable = [np.array(v) for v in model.trainable_variables]
    np.testing.assert_allclose(outputs_of_the_average(), before, atol=1e-4)


@pytest.mark.parametrize(
    "model",
    [
        keras.Sequential([keras.Input((6,)), keras.layers.Dense(2)]),
        keras.Sequential([keras.Input((6,)), FeatureNormalization(mean=0.0, variance=1.0), keras.layers.Dense(2)]),
    ],
)
def test_a_model_without_a_layer_that_adapts_is_refused(model):
    with pytest.raises(ValueError, match="`model` must be a functional or Sequential model"):
        NormalizationUpdate(model)


def test_a_layer_that_leads_to_no_readout_is_refused(x):
    model = keras.Sequential(
        [keras.Input((6,)), FeatureNormalization(), keras.layers.Activation("relu"), keras.layers.Dense(2)]
    )
    with pytest.raises(ValueError, match="leads to a Dense layer with a bias"):
        NormalizationUpdate(model).refresh(x)


@pytest.mark.parametrize("heads", ["two readouts", "a readout and the output"])
def test_a_layer_that_something_else_reads_too_is_refused(x, heads):
    inputs = keras.Input((6,))
    features = FeatureNormalization()(keras.layers.Dense(4)(inputs))
    other = keras.layers.Dense(3)(features) if heads == "two readouts" else features
    model = keras.Model(inputs, [keras.layers.Dense(2)(features), other])
    with pytest.raises(ValueError, match="leads to a Dense layer with a bias"):
        NormalizationUpdate(model).refresh(x)


def test_features_that_are_not_finite_leave_everything_as_it_was(x):
    model = classifier((6,), 3, hidden_units=(8,))
    update = NormalizationUpdate(model)
    update.adapt(x)
    model.get_layer("encoder_dense_0").bias.assign(np.full(8, np.inf))
    before = model.get_weights()
    assert update.refresh(x) is False
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_features_too_large_to_square_leave_everything_as_it_was(x):
    model = classifier((6,), 3, hidden_units=(8,), layer_normalization=False)
    update = NormalizationUpdate(model)
    update.adapt(x)
    kernel = model.get_layer("encoder_dense_0").kernel
    kernel.assign(kernel * 1e20)
    before = model.get_weights()
    assert update.refresh(x) is False
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("unit", [1e-12, 5e-4, 1e6])
def test_outputs_stay_as_features_of_any_unit_are_adapted(x, unit):
    """The readout in float64, from the features as they come, before and after."""
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(8), FeatureNormalization(), keras.layers.Dense(3)])
    encoder, layer, readout = model.layers
    encoder.kernel.assign(encoder.kernel * unit)
    readout.kernel.assign(readout.kernel / unit)
    readout.bias.assign([1.0, -2.0, 3.0])
    features = features_before(model, layer, x)
    expected = features @ np.array(readout.kernel, "float64") + [1.0, -2.0, 3.0]
    assert NormalizationUpdate(model).refresh(x)
    np.testing.assert_allclose(np.std(layer(features.astype("float32")), axis=0), 1, rtol=1e-4)
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


def test_rounding_of_half_precision_features_counts_as_constant():
    """A feature that is 1 with the last bit of float16 coming and going, beside one that varies."""
    policy = keras.mixed_precision.DTypePolicy("mixed_float16")
    inputs = keras.Input((2,))
    features = keras.layers.Dense(2, dtype=policy, kernel_initializer="identity")(inputs)
    layer = FeatureNormalization()
    model = keras.Model(inputs, keras.layers.Dense(2)(layer(features)))
    rng = np.random.default_rng(0)
    x = np.stack([1 + 2.0**-10 * rng.integers(0, 2, 500), rng.normal(size=500)], axis=1).astype("float32")
    NormalizationUpdate(model).adapt(x)
    scale = np.ravel(layer.scale)
    assert scale[0] == 1
    assert scale[1] == pytest.approx(x[:, 1].std(), rel=1e-2)


def test_data_that_is_not_finite_changes_nothing(x):
    model = classifier((6,), 3, hidden_units=(8,))
    before = model.get_weights()
    bad = x.copy()
    bad[3, 2] = np.nan
    with pytest.raises(ValueError, match="`data` must be finite"):
        NormalizationUpdate(model).adapt(bad)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
