"""Each guarded class is its Keras class with other gradients, and can be saved."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable import errors
from keras_stable.optimizers import gradient_history, guard
from keras_stable.optimizers.guarded_classes import WRAPPERS


class SignSGD(keras.optimizers.Optimizer):
    """A user's own optimizer, which assigns to the variables by itself."""

    def update_step(self, gradient, variable, learning_rate):
        variable.assign(variable - tf.cast(learning_rate, variable.dtype) * tf.sign(gradient))


def muon_runs():
    """Whether Keras's own Muon can update: before 3.13 it asks variables of TensorFlow for a path."""
    optimizer, weight = keras.optimizers.Muon(), keras.Variable([[1.0]], name="kernel")
    try:
        optimizer.apply([tf.constant([[1.0]])], [weight])
    except AttributeError:
        return False
    return True


ours = keras_stable.optimizers
MUON = pytest.param(
    ours.Muon,
    keras.optimizers.Muon,
    {},
    marks=pytest.mark.skipif(not muon_runs(), reason="the Muon of this Keras cannot update with TensorFlow"),
)
CLASSES = [
    (ours.AdamW, keras.optimizers.AdamW, {"weight_decay": 0.1}),
    (ours.Adam, keras.optimizers.Adam, {"amsgrad": True}),
    (ours.SGD, keras.optimizers.SGD, {"momentum": 0.9, "nesterov": True}),
    (ours.Lion, keras.optimizers.Lion, {}),
    MUON,
    (guard(keras.optimizers.RMSprop), keras.optimizers.RMSprop, {}),
    (guard(keras.optimizers.Adafactor), keras.optimizers.Adafactor, {}),
    (guard(keras.optimizers.Lamb), keras.optimizers.Lamb, {}),
    (guard(SignSGD), SignSGD, {}),
]
NAMES = [getattr(entry, "values", entry)[1].__name__ for entry in CLASSES]


def variables():
    rng = np.random.default_rng(0)
    return [
        keras.Variable(rng.normal(size=shape), dtype="float32", name=name)
        for name, shape in (("kernel", (6, 4)), ("bias", (4,)))
    ]


def steps(slices=False):
    rng = np.random.default_rng(1)
    for scale in (0.01, 1.0, 100.0):
        kernel = tf.constant(scale * rng.normal(size=(6, 4)), tf.float32)
        if slices:
            kernel = tf.IndexedSlices(kernel[:4], tf.constant([2, 0, 2, 5]), tf.constant([6, 4]))
        yield [kernel, tf.constant(scale * rng.normal(size=4), tf.float32)]


def trained(optimizer, given, compiled=False):
    weights = variables()
    optimizer.build(weights)
    apply = tf.function(optimizer.apply) if compiled else optimizer.apply
    for gradients in given:
        apply(gradients)
    return [variable.numpy() for variable in (*weights, *optimizer.variables)]


def assert_the_same_bits(guarded, plain, arguments, slices, compiled):
    optimizer = guarded(learning_rate=0.1, clipvalue=None, global_clipnorm=None, **arguments)
    assert isinstance(optimizer, plain)
    expected = trained(plain(learning_rate=0.1, **arguments), steps(slices), compiled)
    actual = trained(optimizer, steps(slices), compiled)
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert len(gradient_history(optimizer)) == 3


@pytest.mark.parametrize(("guarded", "plain", "arguments"), CLASSES, ids=NAMES)
@pytest.mark.parametrize("slices", [False, True])
def test_without_clips_it_is_the_keras_optimizer_to_the_bit(guarded, plain, arguments, slices):
    assert_the_same_bits(guarded, plain, arguments, slices, compiled=False)


@pytest.mark.parametrize(("guarded", "plain", "arguments"), CLASSES, ids=NAMES)
@pytest.mark.parametrize("slices", [False, True])
def test_so_it_is_in_a_graph(guarded, plain, arguments, slices):
    assert_the_same_bits(guarded, plain, arguments, slices, compiled=True)


@pytest.mark.parametrize(("guarded", "plain", "arguments"), CLASSES, ids=NAMES)
def test_so_it_is_in_fit(guarded, plain, arguments):
    def trained_model(optimizer):
        keras.utils.set_random_seed(4)
        hidden = [keras.layers.Embedding(12, 4), keras.layers.Flatten(), keras.layers.Dense(6, "relu")]
        model = keras.Sequential([keras.Input((5,), dtype="int32"), *hidden, keras.layers.Dense(3)])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer, loss, jit_compile=False)
        rng = np.random.default_rng(5)
        model.fit(rng.integers(0, 12, (64, 5)), rng.integers(0, 3, 64), batch_size=8, shuffle=False, verbose=0)
        return [variable.numpy() for variable in (*model.variables, *model.optimizer.variables)]

    expected = trained_model(plain(learning_rate=0.01, **arguments))
    actual = trained_model(guarded(learning_rate=0.01, clipvalue=None, global_clipnorm=None, **arguments))
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("guarded", "plain", "arguments"), CLASSES, ids=NAMES)
def test_with_clips_it_is_the_keras_optimizer_on_clipped_gradients(guarded, plain, arguments):
    clipped = []
    for gradients in steps(slices=True):
        dense = [np.clip(tf.convert_to_tensor(gradient).numpy().astype("float64"), -10, 10) for gradient in gradients]
        factor = min(1.0, 0.5 / np.sqrt(sum((gradient**2).sum() for gradient in dense)))
        clipped.append([tf.constant(gradient * factor, tf.float32) for gradient in dense])
    expected = trained(plain(learning_rate=0.1, **arguments), clipped)
    actual = trained(guarded(learning_rate=0.1, **arguments), steps(slices=True))
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("guarded", "plain", "arguments"), CLASSES, ids=NAMES)
def test_the_config_makes_the_same_optimizer(guarded, plain, arguments):
    optimizer = guarded(
        learning_rate=0.1, clipnorm=3.0, global_clipnorm=None, agc_clipping=0.02, history_size=8, **arguments
    )
    copy = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert type(copy) is guarded
    assert copy.get_config() == optimizer.get_config()
    assert (copy.clipvalue, copy.clipnorm, copy.global_clipnorm) == (10.0, 3.0, None)
    assert (copy.agc_clipping, copy.zclip, copy.history_size) == (0.02, None, 8)


def build_model(optimizer):
    keras.utils.set_random_seed(2)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(4), keras.layers.Dense(2)])
    model.compile(optimizer, "mse", jit_compile=False)
    return model


def fit(model):
    x, y = np.random.default_rng(3).normal(size=(2, 24, 5)).astype("float32")
    model.fit(x, y[:, :2], batch_size=8, shuffle=False, verbose=0)
    return model


@pytest.mark.parametrize("form", ["model.keras", "model.weights.h5"])
def test_saved_and_continued_is_trained_on_exactly(form, tmp_path):
    def optimizer():
        return ours.AdamW(
            keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5), use_ema=True, zclip=2.5, history_size=16
        )

    whole = fit(fit(build_model(optimizer())))
    half = fit(build_model(optimizer()))
    path = tmp_path / form
    if form.endswith(".keras"):
        half.save(path)
        resumed = keras.models.load_model(path)
    else:
        half.save_weights(path)
        resumed = build_model(optimizer())
        resumed.optimizer.build(resumed.trainable_variables)
        resumed.load_weights(path)
    assert gradient_history(resumed.optimizer).step.tolist() == []
    fit(resumed)
    for one, other in zip(whole.variables, resumed.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy(), err_msg=one.path)
    for one, other in zip(whole.optimizer.variables, resumed.optimizer.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy(), err_msg=one.path)
    assert gradient_history(resumed.optimizer).step.tolist() == [3, 4, 5]


def test_the_state_of_the_plain_keras_optimizer_loads(tmp_path):
    plain = fit(build_model(keras.optimizers.AdamW(0.1)))
    plain.save_weights(tmp_path / "plain.weights.h5")
    guarded = fit(build_model(ours.AdamW(0.1)))
    guarded.load_weights(tmp_path / "plain.weights.h5")
    for one, other in zip(plain.optimizer.variables, guarded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy(), err_msg=one.path)


@pytest.mark.parametrize("compiled", [False, True])
def test_muon_updates_with_every_keras(compiled):
    expected, actual = [], []
    for kind, arguments, results in (
        (keras.optimizers.Muon, {}, expected),
        (ours.Muon, {"clipvalue": None, "global_clipnorm": None}, actual),
    ):
        # These three had other defaults before 3.13.
        common = {"weight_decay": 0.01, "adam_lr_ratio": 0.5, "ns_steps": 4}
        optimizer, weights = kind(learning_rate=0.1, **common, **arguments), variables()
        optimizer.build(weights)
        if kind is keras.optimizers.Muon:
            for weight in weights:
                # What Keras's own lacks before 3.13.
                weight.value.path = weight.path
        apply = tf.function(optimizer.apply) if compiled else optimizer.apply
        for gradients in steps():
            apply(gradients)
        results += [weight.numpy() for weight in weights]
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(actual[0], variables()[0].numpy())


def test_the_same_class_comes_back():
    assert guard(keras.optimizers.RMSprop) is guard(keras.optimizers.RMSprop)
    assert guard(ours.AdamW) is ours.AdamW


@pytest.mark.parametrize("wrong", [3, dict, *WRAPPERS])
def test_what_is_no_optimizer_class_is_refused(wrong):
    with pytest.raises(errors.InvalidArgumentError, match="`optimizer_class` must be"):
        guard(wrong)


@pytest.mark.parametrize("compiled", [False, True])
def test_an_optimizer_that_goes_past_the_guard_is_refused(compiled):
    class Past(keras.optimizers.SGD):
        def apply(self, grads, trainable_variables=None):
            for gradient, variable in zip(grads, trainable_variables, strict=True):
                variable.assign_sub(gradient)

    optimizer, weights = guard(Past)(), variables()
    optimizer.build(weights)

    def apply():
        optimizer.apply(next(steps()), weights)

    with pytest.raises(errors.InvalidArgumentError, match="`optimizer` must be one that updates through `apply`"):
        tf.function(apply, autograph=False)() if compiled else apply()


@pytest.mark.parametrize("compiled", [False, True])
def test_gradients_that_an_own_apply_has_changed_are_measured_again(compiled):
    class Scaled(keras.optimizers.SGD):
        def apply(self, grads, trainable_variables=None):
            super().apply([10 * gradient for gradient in grads], trainable_variables)

    optimizer = guard(Scaled)(1.0, clipvalue=1.0)
    weight = keras.Variable([0.0, 0.0], name="weight")
    optimizer.build([weight])

    def apply():
        optimizer.apply([tf.constant([0.4, 0.0])])

    tf.function(apply, autograph=False)() if compiled else apply()
    np.testing.assert_allclose(weight.numpy(), [-0.5, 0.0], rtol=1e-6)
    history = gradient_history(optimizer)
    assert (history.global_norm.tolist(), history.applied_norm.tolist()) == ([4.0], [0.5])


def test_an_own_update_gets_the_variables_themselves():
    class Own(keras.optimizers.Optimizer):
        @tf.function(autograph=False)
        def rate(self):
            return 1 / (1 + tf.cast(self.iterations.value, "float32"))

        def update_step(self, gradient, variable, learning_rate):
            self.assign_sub(variable, self.rate() * learning_rate.value * gradient)

    optimizer = guard(Own)(1.0)
    weight = keras.Variable([0.0, 0.0], name="weight")
    optimizer.build([weight])
    # Two shapes of the step: it is traced twice.
    for n in (3, 2):
        tf.function(lambda x: optimizer.apply([tf.reduce_mean(x, 0)]), autograph=False)(tf.fill([n, 2], 0.1))
    np.testing.assert_allclose(weight.numpy(), [-0.15, -0.15], rtol=1e-6)


def test_a_new_rate_takes_effect_in_a_traced_step():
    optimizer = ours.AdamW(0.1, weight_decay=0.0)
    weight = keras.Variable([1.0], name="weight")
    optimizer.build([weight])
    apply = tf.function(lambda: optimizer.apply([tf.constant([0.1])]))
    before = 1.0
    for rate in (0.1, 0.01, 0.02):
        optimizer.learning_rate = rate
        apply()
        assert before - float(weight[0]) == pytest.approx(rate, rel=1e-4)
        before = float(weight[0])


@pytest.mark.parametrize(("saved", "loaded"), [(None, 2.5), (2.5, None)])
def test_the_state_loads_with_and_without_zclip(saved, loaded, tmp_path):
    first = fit(build_model(ours.AdamW(0.1, zclip=saved)))
    first.save_weights(tmp_path / "state.weights.h5")
    second = fit(fit(build_model(ours.AdamW(0.1, zclip=loaded))))
    second.load_weights(tmp_path / "state.weights.h5")
    assert int(second.optimizer.iterations) == 3
    for one, other in zip(first.optimizer.variables[:10], second.optimizer.variables[:10], strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy(), err_msg=one.path)
    fit(second)
    assert gradient_history(second.optimizer).step.tolist() == [3, 4, 5]


def test_an_unknown_variable_is_refused_as_keras_does():
    optimizer = ours.AdamW()
    optimizer.build(variables())
    with pytest.raises(ValueError, match="Unknown variable"):
        optimizer.apply([tf.constant([float("nan")])], [keras.Variable([1.0], name="other")])
