"""Every private name of Keras and TensorFlow does what the package uses it for: one test for each function.

And no other file of the package has one: see `test_private_names.py`.
"""

import copy
import inspect
import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable import keras_private as private


def weight(name="weight"):
    return keras.Variable([1.0], name=name)


class Hooked(private.KerasHooks, keras.optimizers.SGD):
    """Returns a fixed gradient from each of the two hooks, or hands on what it gets."""

    clipped = summed = None

    def clip_gradients(self, gradients):
        return gradients if self.clipped is None else [tf.constant([self.clipped])]

    def sum_gradients(self, gradients):
        pairs = super().sum_gradients(gradients)
        return pairs if self.summed is None else [(tf.constant([self.summed]), variable) for _, variable in pairs]


@pytest.mark.parametrize(
    ("clipped", "summed", "used"), [(None, None, 2.0), (3.0, None, 3.0), (None, 4.0, 4.0), (3.0, 4.0, 4.0)]
)
def test_keras_hooks(clipped, summed, used):
    optimizer, variable = Hooked(1.0), weight()
    optimizer.clipped, optimizer.summed = clipped, summed
    optimizer.apply([tf.constant([2.0])], [variable])
    assert float(variable[0]) == 1.0 - used


def test_missing_hooks():
    class Without:
        def _clip_gradients(self, grads):
            return grads

    assert private.missing_hooks(keras.optimizers.Optimizer) == []
    assert private.missing_hooks(Without) == ["Without._all_reduce_sum_gradients"]


def test_report_loss_scale_skips():
    private.report_loss_scale_skips()
    skipped = []

    class Inner(keras.optimizers.SGD):
        def record_skipped_step(self):
            skipped.append(True)

    for inner, expected in ((Inner(0.1), [True]), (keras.optimizers.SGD(0.1), [])):
        skipped.clear()
        optimizer, variable = keras.optimizers.LossScaleOptimizer(inner, initial_scale=8.0), weight()
        optimizer.apply([tf.constant([float("nan")])], [variable])
        assert (float(variable[0]), float(optimizer.dynamic_scale), skipped) == (1.0, 4.0, expected)
        optimizer.apply([tf.constant([1.0])], [variable])
        assert skipped == expected


def test_variable_index():
    optimizer, variables = keras.optimizers.SGD(), [weight("one"), weight("two")]
    optimizer.build(variables)
    assert [private.variable_index(optimizer, variable) for variable in reversed(variables)] == [1, 0]
    with pytest.raises(KeyError):
        private.variable_index(optimizer, weight("other"))


@pytest.mark.parametrize("amsgrad", [False, True])
def test_adam_moments(amsgrad):
    optimizer, variable = keras.optimizers.Adam(0.1, beta_1=0.75, beta_2=0.5, amsgrad=amsgrad), weight()
    for _ in range(2):
        optimizer.apply([tf.constant([2.0])], [variable])
    optimizer.apply([tf.constant([0.0])], [variable])
    first, second, largest = private.adam_moments(optimizer, variable)
    assert float(first[0]) == pytest.approx((1 - 0.75**2) * 2.0 * 0.75)
    assert float(second[0]) == pytest.approx((1 - 0.5**2) * 4.0 * 0.5)
    assert largest is None or float(largest[0]) == pytest.approx((1 - 0.5**2) * 4.0)
    assert (largest is not None) == amsgrad


def test_decays():
    optimizer, variables = keras.optimizers.AdamW(), [weight("one"), weight("two")]
    optimizer.exclude_from_weight_decay(var_names=["two"])
    optimizer.build(variables)
    assert [private.decays(optimizer, variable) for variable in variables] == [True, False]


def test_applied_batches():
    optimizer, variable = keras.optimizers.SGD(gradient_accumulation_steps=2), weight()
    for _ in range(3):
        optimizer.apply([tf.constant([1.0])], [variable])
    assert (int(private.applied_batches(optimizer)), int(optimizer.iterations)) == (3, 1)


@pytest.mark.parametrize("name", ["Adam", "AdamW", "Nadam", "Lamb", "RMSprop", "Adadelta", "Muon", "SGD"])
def test_second_moments(name):
    betas = {"RMSprop": {"rho": 0.75}, "Adadelta": {"rho": 0.75}, "Muon": {"adam_beta_2": 0.75}, "SGD": {}}
    optimizer, variable = getattr(keras.optimizers, name)(**betas.get(name, {"beta_2": 0.75})), weight()
    optimizer.build([variable])
    (moment,) = private.second_moments(optimizer)
    if name == "SGD":
        assert moment is None
    else:
        # A variable of TensorFlow, with the path that the Muon of an older Keras asks for.
        variable.value.path = variable.path
        optimizer.apply([tf.constant([2.0])], [variable])
        assert float(moment[0]) == 1.0


def test_moving_average_pairs():
    optimizer, variable = keras.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5), weight()
    optimizer.build([variable])
    optimizer.apply([tf.constant([0.0])])
    optimizer.apply([tf.constant([4.0])])
    ((trained, average),) = private.moving_average_pairs(optimizer)
    assert trained is variable
    assert (float(variable[0]), float(average[0])) == (-3.0, -1.0)


def test_own_variables():
    optimizer, variable = keras.optimizers.SGD(), weight()
    optimizer.build([variable])
    assert private.own_variables(optimizer) == [variable]
    dense = keras.layers.Dense(1)
    model = keras.Sequential([keras.Input((2,)), dense])
    assert private.own_variables(model) == []
    assert private.own_variables(dense) == [dense.kernel, dense.bias]
    dense.trainable = False
    assert private.own_variables(dense) == [dense.kernel, dense.bias]


def test_own_metrics():
    class Measured(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.mean = keras.metrics.Mean()

    layer = Measured()
    assert private.own_metrics(layer) == [layer.mean]
    assert private.own_metrics(keras.Sequential([layer])) == []


def test_learning_rate_source():
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 10)
    assert private.learning_rate_source(keras.optimizers.SGD(schedule)) is schedule
    assert float(private.learning_rate_source(keras.optimizers.SGD(0.25))) == 0.25
    assert private.learning_rate_source(object()) is None


def test_replace_learning_rate_source():
    optimizer, variable = keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 10)), weight()
    private.replace_learning_rate_source(optimizer, keras.Variable(0.5, trainable=False))
    optimizer.apply([tf.constant([1.0])], [variable])
    assert (float(variable[0]), float(optimizer.learning_rate)) == (0.5, 0.5)


def test_home_in_keras():
    class Own(keras.layers.Dense):
        pass

    assert private.home_in_keras(Own) == []
    assert private.home_in_keras(keras.layers.Dense)[:2] == ["layers", "core"]
    assert private.home_in_keras(keras.layers.LSTM)[:2] == ["layers", "rnn"]
    assert private.home_in_keras(keras.optimizers.RMSprop)[0] == "optimizers"
    assert private.home_in_keras(keras.optimizers.SGD.__mro__[1])[0] == "optimizers"


def test_flatten_layers():
    inner = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="dense")], name="inner")
    model = keras.Sequential([keras.Input((2,)), inner], name="outer")

    def names(**arguments):
        return sorted(layer.name for layer in private.flatten_layers(model, **arguments) if "input" not in layer.name)

    assert names() == ["dense", "inner", "outer"]
    assert names(include_self=False) == ["dense", "inner"]
    assert names(include_self=False, recursive=False) == ["inner"]

    class Hidden(keras.layers.Layer):
        def __init__(self):
            super().__init__(name="hidden")
            self.held = [keras.layers.Dense(1, name="held")]

    assert [layer.name for layer in private.flatten_layers(Hidden())] == ["hidden", "held"]


def test_recorded_input_shapes():
    class Own(keras.Model):
        def call(self, x):
            return x["a"]

    model = Own()
    assert private.recorded_input_shapes(model) is None
    model({"a": np.ones((2, 3))})
    assert {key: dict(value) for key, value in private.recorded_input_shapes(model).items()} == {
        "input_shape": {"a": (2, 3)}
    }


def test_takes_training_argument():
    class Fixed(keras.Model):
        def call(self, inputs):
            return inputs

    class Moded(keras.Model):
        def call(self, inputs, training=False):
            return inputs

    assert [private.takes_training_argument(model) for model in (Fixed(), Moded())] == [False, True]


def compiled():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", keras.losses.MeanSquaredError(), metrics=["mae"], weighted_metrics=["mse"])
    return model


def test_compiled_parts():
    model = compiled()
    assert len(private.compiled_parts(model)) == 3
    assert private.compiled_parts(keras.Sequential()) == []
    model.fit(np.zeros((4, 2)), np.full((4, 1), 2.0), batch_size=4, verbose=0)
    tracked = private.compiled_parts(model)[-1]
    assert float(tracked.result()) == pytest.approx(4.0)


def test_compile_metrics():
    model = compiled()
    model.fit(np.zeros((4, 2)), np.zeros((4, 1)), verbose=0)
    assert private.compile_metrics(model).built
    assert private.compile_metrics(keras.Sequential()) is None


def test_own_attributes():
    model = keras.Sequential([keras.layers.Dense(1)])
    model.readout = model.layers[0]
    assert "_layers" in vars(model)
    names = [name for name, value in private.own_attributes(model) if value is model.layers[0]]
    assert names == ["readout"]


def test_tracker_of():
    dense = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).layers[0]
    stored = vars(private.tracker_of(dense))["stored_ids"]
    assert id(dense.kernel) in stored["trainable_variables"]
    assert private.tracker_of(object()) is None


def test_compile_arguments():
    model = compiled()
    arguments = private.compile_arguments(model)
    assert {"optimizer", "loss", "loss_weights", "metrics", "weighted_metrics", "run_eagerly"} <= set(arguments)
    arguments["loss"] = None
    assert private.compile_arguments(model)["loss"] is not None


def test_is_functional():
    inputs = keras.Input((2,))
    assert private.is_functional(keras.Model(inputs, keras.layers.Dense(1)(inputs)))
    assert not private.is_functional(keras.Sequential())


def test_metrics_given_to_compile():
    model, own = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]), keras.metrics.MeanSquaredError()
    model.compile("sgd", "mse", metrics=[own])
    given = [private.metrics_given_to_compile(metric) for metric in model.metrics]
    assert any(own is metric for metric in keras.tree.flatten(given))


def test_fresh_losses():
    inputs = keras.Input((2,))
    outputs = {"a": keras.layers.Dense(1, name="a")(inputs), "b": keras.layers.Dense(1, name="b")(inputs)}
    model = keras.Model(inputs, outputs)
    model.compile("sgd", {"a": "mse", "b": keras.losses.Huber()}, loss_weights={"a": 1.0, "b": 3.0})
    answer = {name: tf.zeros((2, 1)) for name in ("a", "b")}
    names, losses = private.fresh_losses(model, answer, answer)
    assert sorted(names) == ["a", "b"]
    assert {loss.path[0]: loss.loss_weights for loss in losses} == {"a": 1.0, "b": 3.0}
    assert {loss.path[0]: private.wrapped_function(loss.loss)[0] for loss in losses} == {
        "a": keras.losses.mean_squared_error,
        "b": keras.losses.huber,
    }
    assert private.fresh_losses(keras.Sequential(), answer, answer) is None


def test_fresh_metrics():
    ((plain, weighted),) = private.fresh_metrics(compiled(), tf.zeros((2, 1)), tf.zeros((2, 1)))[1]
    assert [metric.name for metric in plain.metrics] == ["mae"]
    assert [metric.name for metric in weighted.metrics] == ["mse"]
    assert private.fresh_metrics(keras.Sequential(), None, None) is None


def test_fresh_metrics_of_outputs_without_any():
    inputs = keras.Input((2,))
    model = keras.Model(inputs, [keras.layers.Dense(1, name="a")(inputs), keras.layers.Dense(1, name="b")(inputs)])
    model.compile("sgd", "mse", metrics=[["mae"], []])
    answer = [tf.zeros((2, 1))] * 2
    pairs = private.fresh_metrics(model, answer, answer)[1]
    assert [[metric.name for group in pair if group for metric in group.metrics] for pair in pairs] == [["mae"], []]


def test_wrapped_function():
    function, fixed = private.wrapped_function(keras.losses.BinaryCrossentropy(label_smoothing=0.25))
    assert function is keras.losses.binary_crossentropy
    assert fixed["label_smoothing"] == 0.25
    function, fixed = private.wrapped_function(keras.metrics.BinaryAccuracy(threshold=0.75))
    assert function is keras.metrics.binary_accuracy
    assert fixed["threshold"] == 0.75
    assert private.wrapped_function(object()) == (None, {})


def test_compute_loss():
    class Short(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, inputs):
            return self.dense(inputs)

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
            return keras.ops.sum(y_pred - y)

    data, model = tf.ones((2, 1)), Short()
    model.compile("sgd", "mse")
    given = {"x": data, "y": data, "y_pred": 3.0 * data, "sample_weight": None, "training": True}
    assert float(private.compute_loss(model, **given)) == 4.0


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_logits_of(activation):
    x = tf.constant([[1.0, 2.0]])
    answer = keras.layers.Activation(activation)(x)
    np.testing.assert_array_equal(private.logits_of(answer), x)
    assert private.logits_of(x) is x


def test_mask_of():
    masked = keras.layers.Masking(0.0)(np.array([[[1.0], [0.0]]], "float32"))
    assert private.mask_of(masked).numpy().tolist() == [[True, False]]
    assert private.mask_of(tf.ones((1, 2))) is None


def test_carry_over():
    marked = keras.layers.Masking()(tf.constant([[[0.0], [1.0]]]))
    fresh = tf.identity(marked)
    private.carry_over(marked, fresh)
    assert keras.layers.GlobalAveragePooling1D()(fresh).numpy().tolist() == [[1.0]]
    answer = keras.layers.Softmax()(tf.constant([[1.0, 2.0]]))
    fresh = tf.identity(answer)
    private.carry_over(answer, fresh)
    assert private.logits_of(fresh).numpy().tolist() == [[1.0, 2.0]]


def test_is_dataset():
    dataset = tf.data.Dataset.range(4).batch(2)
    distributed = tf.distribute.MirroredStrategy(["CPU:0"]).experimental_distribute_dataset(dataset)
    assert [private.is_dataset(x) for x in (dataset, distributed, np.zeros(2), [1])] == [True, True, False, False]


def test_replicas_merge():
    seen = []
    tf.distribute.MirroredStrategy(["CPU:0"]).run(lambda: seen.append(private.replicas_merge()))
    assert (private.replicas_merge(), seen) == (False, [True])


def test_keep_as_call():
    @tf.function
    def choose(condition):
        return tf.cond(condition, lambda: tf.constant(1.0), lambda: tf.constant(2.0))

    graph = choose.get_concrete_function(tf.TensorSpec((), tf.bool)).graph
    (conditional,) = [op for op in graph.get_operations() if op.type in ("If", "StatelessIf")]
    assert conditional.get_attr("_lower_using_switch_merge") is True
    private.keep_as_call(conditional)
    assert conditional.get_attr("_lower_using_switch_merge") is False


def test_tf_function_with():
    traced = []

    @tf.function(reduce_retracing=True, jit_compile=False)
    def one(x):
        traced.append("one")
        return x + 1

    other = private.tf_function_with(one, lambda x: x * 10)
    assert (float(one(tf.constant(2.0))), float(other(tf.constant(2.0)))) == (3.0, 20.0)
    assert other.experimental_get_tracing_count() == 1
    assert traced == ["one"]


def test_variable_key():
    variables = [weight("one"), weight("two")]
    optimizer = keras.optimizers.SGD()
    optimizer.build(variables)
    keys = [private.variable_key(variable.value) for variable in variables]
    assert list(vars(optimizer)["_trainable_variables_indices"]) == keys


def test_watching_operations():
    seen = []

    def watch(op_type, inputs, attrs, outputs, op_name=None, graph=None):
        seen.append(op_type)

    with private.watching_operations(watch):
        tf.constant(2.0) * 3.0
    tf.constant(2.0) + 3.0
    assert "Mul" in seen
    assert "AddV2" not in seen


@pytest.fixture
def kept():
    state, trackers = private.tensorflow_random_state(), private.keras_trackers()
    yield
    private.set_tensorflow_random_state(*state)
    private.set_keras_trackers(trackers)


def test_tensorflow_random_state(kept):
    tf.random.set_seed(7)
    generator = tf.random.Generator.from_seed(3)
    tf.random.set_global_generator(generator)
    seed, operation_seeds, found = private.tensorflow_random_state()
    assert (seed, isinstance(operation_seeds, random.Random), found is generator) == (7, True, True)


def test_set_tensorflow_random_state(kept):
    generator = tf.random.Generator.from_seed(3)
    drawn = []
    for _ in range(2):
        private.set_tensorflow_random_state(5, random.Random(5), generator)
        drawn.append(tf.random.Generator.from_seed(3).uniform(()).numpy())
        drawn.append(float(tf.random.stateless_uniform((), [5, operation_seed()])))
    assert drawn[:2] == drawn[2:]
    assert tf.random.get_global_generator() is generator


def operation_seed():
    """What TensorFlow would give its next operation as the seed of its own."""
    return private.tensorflow_random_state()[1].randint(0, 1000)


def test_keras_trackers(kept):
    before = private.keras_trackers()
    keras.layers.Dense(1)
    keras.config.set_epsilon(keras.config.epsilon())
    keras.utils.clear_session()
    assert all(one is not other for one, other in zip(before[:1], private.keras_trackers()[:1], strict=True))


def test_set_keras_trackers(kept):
    keras.utils.clear_session()
    names = [keras.layers.Dense(1).name for _ in range(2)]
    trackers = private.keras_trackers()
    keras.utils.clear_session()
    private.set_keras_trackers(trackers)
    assert (names, keras.layers.Dense(1).name) == (["dense", "dense_1"], "dense_2")


def test_forget_keras_seed_generator(kept):
    drawn = []
    for seed in (3, 3, 4):
        random.seed(seed)
        private.forget_keras_seed_generator()
        drawn.append(keras.random.uniform((2,)).numpy().tolist())
    assert drawn[0] == drawn[1] != drawn[2]


def test_clips_watched():
    optimizer = keras.optimizers.SGD(0.1, clipvalue=1.0)
    seen = []

    def around(gradients, keras_clip):
        seen.append([float(gradient[0]) for gradient in gradients])
        return keras_clip(gradients)

    weight = keras.Variable([0.0], name="weight")
    with private.clips_watched(optimizer, around):
        optimizer.apply([keras.ops.convert_to_tensor([5.0])], [weight])
    optimizer.apply([keras.ops.convert_to_tensor([5.0])], [weight])
    assert seen == [[5.0]]
    np.testing.assert_allclose(weight.numpy(), [-0.2])


def test_replicas_reduced_by():
    seen = []

    def reduce(values, strategy, reduction, keras_reduce):
        seen.append(reduction)
        return keras_reduce(values, strategy, reduction)

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    with private.replicas_reduced_by(reduce):
        model.fit(np.ones((2, 1)), np.ones((2, 1)), verbose=0)
    model.fit(np.ones((2, 1)), np.ones((2, 1)), verbose=0)
    assert seen == ["auto"]


def test_built_from():
    batches = []

    def first_batch(model, iterator):
        for *_, elements in iterator:
            batches.append(next(elements))
            return batches[-1]

    with tf.distribute.OneDeviceStrategy("CPU:0").scope(), private.built_from(first_batch):
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(tf.data.Dataset.from_tensor_slices((np.ones((4, 3)), np.ones((4, 1)))).batch(2), verbose=0)
    assert [tuple(part.shape) for part in batches[0]] == [(2, 3), (2, 1)]
    assert model.built


def test_extend_logs():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.ones((4, 3), "float32"), np.ones((4, 1), "float32")
    end = private.extend_logs(model, lambda: {"more": 7.0})
    fit = {"verbose": 0, "validation_data": (x, y)}
    assert set(model.fit(x, y, **fit).history) == {"loss", "more", "val_loss", "val_more"}
    end()
    assert set(model.fit(x, y, **fit).history) == {"loss", "val_loss"}


def test_fitted_arrays():
    seen = []

    class Looking(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            seen.append(private.fitted_arrays(private.running_fit()[1]))

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.ones((4, 3), "float32"), np.ones((4, 1), "float32")
    for data in ((x, y), (tf.data.Dataset.from_tensor_slices((x, y)).batch(2),)):
        model.fit(*data, verbose=0, callbacks=[Looking()])
    assert [np.shape(array) for array in tf.nest.flatten(seen[0])] == [(4, 3), (4, 1)]
    assert seen[1] is None


@pytest.fixture(scope="module")
def inside():
    """What a callback sees inside `fit`: the functions are called from there."""
    seen = {}

    class Looking(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            seen["callbacks"], seen["iterator"] = private.running_fit()
            frame = inspect.currentframe()
            seen["inside"] = private.is_inside_fit(frame, seen["callbacks"]), private.is_inside_fit(frame, None)
            private.build_for(self.model, (tf.TensorSpec((None, 1), "float32"), tf.TensorSpec((None, 1), "float32")))
            seen["built"] = self.model.optimizer.built and bool(self.model.metrics_variables)
            private.set_first_epoch(self.model, 2)

        def on_epoch_begin(self, epoch, logs=None):
            seen.setdefault("epoch", epoch)

    looking, model = Looking(), keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"], run_eagerly=True)
    model.fit(np.ones((6, 1)), np.ones((6, 1)), batch_size=2, epochs=3, callbacks=[looking], verbose=0)
    private.set_first_epoch(model, 0)
    return seen


def test_running_fit(inside):
    assert isinstance(inside["callbacks"], keras.callbacks.CallbackList)
    assert inside["iterator"].num_batches == 3
    assert private.running_fit() == (None, None)


def test_is_inside_fit(inside):
    assert inside["inside"] == (True, False)
    assert not private.is_inside_fit(None, inside["callbacks"])


def test_build_for(inside):
    assert inside["built"]


def test_set_first_epoch(inside):
    assert inside["epoch"] == 2


def test_steps_of_epoch(inside):
    steps = [step[0] for step in private.steps_of_epoch(inside["iterator"])()]
    assert steps == [0, 1, 2]


def test_batches_of(inside):
    assert [len(batch[0]) for batch in private.batches_of(inside["iterator"])] == [2, 2, 2]


def _replaced(inside):
    iterator = copy.copy(inside["iterator"])
    private.replace_batches(iterator, tf.data.Dataset.range(2))
    assert [int(batch) for batch in private.batches_of(iterator)] == [0, 1]
    private.replace_steps(iterator, lambda: iter([(7, 7, None)]), lambda: None)
    assert next(iter(iterator))[0] == 7


def test_replace_steps(inside):
    _replaced(inside)


def test_replace_batches(inside):
    _replaced(inside)


def test_iterator_position(inside):
    iterator = copy.copy(inside["iterator"])
    private.set_iterator_position(iterator, 2, 5, iter([]))
    assert private.iterator_position(iterator) == {"seen": 2, "batches": 5, "going_on": False}
    iterator.steps_per_epoch = 4
    assert private.iterator_position(iterator)["going_on"]


def test_set_iterator_position(inside):
    test_iterator_position(inside)


def test_keras_seed_state():
    private.forget_keras_seed_generator()
    assert private.keras_seed_state() is None
    keras.random.uniform(())
    assert private.keras_seed_state().shape == (2,)


def test_dataset_inputs():
    dataset = tf.data.Dataset.range(3)
    assert private.dataset_inputs(dataset.batch(2)) == [dataset]
    assert private.dataset_inputs(None) == []


def test_dataset_seeds():
    dataset = tf.data.Dataset.range(3)
    assert private.dataset_seeds(dataset) is None
    assert private.dataset_seeds(dataset.shuffle(3, seed=5)) != (0, 0)


def test_dataset_keeps_order():
    dataset = tf.data.Dataset.range(3)
    mapped = [dataset.map(lambda x: x, 2, deterministic=kept) for kept in (None, True, False)]
    assert [private.dataset_keeps_order(some) for some in mapped] == [True, True, False]


def test_is_parallel():
    dataset = tf.data.Dataset.range(3)
    assert [private.is_parallel(dataset.map(lambda x: x, calls)) for calls in (None, 2)] == [False, True]


def _looked_into():
    variable = tf.Variable(1, dtype=tf.int64)
    dataset = tf.data.Dataset.range(3).map(lambda x: x + variable.assign_add(1))
    assert "AssignAddVariableOp" in {operation.type for operation in private.dataset_operations(dataset)}
    assert private.dataset_variables(dataset)[0] is variable
    assert private.dataset_operations(tf.data.Dataset.range(3)) == private.dataset_variables(None) == []


def test_dataset_operations():
    _looked_into()


def test_dataset_variables():
    _looked_into()


def test_operations_are_deterministic():
    assert private.operations_are_deterministic() in (True, False)


def test_sums_watched():
    optimizer, variable, seen = keras.optimizers.SGD(1.0), weight(), []
    with private.sums_watched(optimizer, seen.append):
        optimizer.apply([tf.constant([2.0])], [variable])
    assert [float(gradient[0]) for gradient in seen[0]] == [2.0]
    optimizer.apply([tf.constant([2.0])])
    assert (len(seen), float(variable[0])) == (1, -3.0)


def test_strategy_of():
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        optimizer = keras.optimizers.SGD()
    assert private.strategy_of(optimizer) is strategy


def test_update_at_once():
    optimizer, variable = keras.optimizers.SGD(1.0, weight_decay=0.5, clipvalue=0.25), weight()
    optimizer.build([variable])
    private.update_at_once(optimizer, [tf.constant([2.0])], [variable])
    assert (float(variable[0]), int(optimizer.iterations)) == (0.25, 0)


def test_gradient_accumulators():
    optimizer, variables = keras.optimizers.SGD(gradient_accumulation_steps=2), [weight("one"), weight("two")]
    optimizer.apply([tf.constant([2.0]), tf.constant([3.0])], variables)
    sums = private.gradient_accumulators(optimizer, list(reversed(variables)))
    assert [float(total[0]) for total in sums] == [3.0, 2.0]


def test_average_weights():
    optimizer, _ = averaging()
    assert float(private.moving_average_pairs(optimizer)[0][1][0]) == 2.0


def test_overwrite_with_averages():
    optimizer, variable = averaging()
    private.overwrite_with_averages(optimizer)
    assert float(variable[0]) == 2.0


def averaging():
    """Returns an optimizer and its variable, after averages of weights 1 and 3."""
    optimizer, variable = keras.optimizers.SGD(use_ema=True, ema_momentum=0.5), weight()
    optimizer.build([variable])
    private.average_weights(optimizer)
    optimizer.iterations.assign(1)
    variable.assign([3.0])
    private.average_weights(optimizer)
    return optimizer, variable


def test_in_xla():
    def seen():
        return tf.constant(private.in_xla())

    assert [bool(tf.function(seen, jit_compile=jit)()) for jit in (False, True)] == [False, True]
    assert not private.in_xla()


def branched(inner):
    """Calls a function in a branch, which asks for a value of the time of the call."""
    step = tf.function(lambda: inner() + tf.compat.v1.get_default_graph().capture_call_time_value(*CALL_TIME))
    return int(tf.function(lambda condition: tf.cond(condition, step, zero))(tf.constant(True)))


CALL_TIME = (lambda: tf.constant(5), tf.TensorSpec([], tf.int32))


def zero():
    return tf.constant(0)


def asking_outside():
    private.ask_outside_of_branches()
    return tf.constant(0)


def test_ask_outside_of_branches():
    # Where this no longer fails, the function under test is needed no more.
    with pytest.raises(tf.errors.InvalidArgumentError, match="placeholder"):
        branched(zero)
    assert branched(asking_outside) == 5


def test_branches_asking_outside():
    with private.branches_asking_outside():
        assert branched(zero) == 5
    with pytest.raises(tf.errors.InvalidArgumentError, match="placeholder"):
        branched(zero)


def test_call_time_value_outside():
    outer, inner = tf.__internal__.FuncGraph("outer"), tf.__internal__.FuncGraph("inner")
    inner.outer_graph = outer
    assert private.call_time_value_outside(inner, *CALL_TIME).graph is outer
