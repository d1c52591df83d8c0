"""What a reader gets from the ring."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable import errors
from keras_stable.optimizers import GradientHistoryReader, gradient_history


@pytest.fixture
def optimizer():
    optimizer = keras_stable.optimizers.SGD(0.0, history_size=4)
    optimizer.build([keras.Variable([1.0, 1.0], name="weight")])
    return optimizer


def apply(optimizer, *values):
    for value in values:
        optimizer.apply([tf.constant([value, 0.0])])


def test_each_step_is_read_once(optimizer):
    apply(optimizer, 1.0, 2.0)
    first = gradient_history(optimizer)
    apply(optimizer, 3.0)
    second = gradient_history(optimizer)
    assert (first.step.tolist(), first.global_norm.tolist()) == ([0, 1], [1.0, 2.0])
    assert (second.step.tolist(), second.global_norm.tolist()) == ([2], [3.0])
    assert len(gradient_history(optimizer)) == 0
    assert first.step.dtype == np.int64
    assert first.variable_norm.shape == first.applied_variable_norm.shape == (2, 1)


def test_what_the_ring_lost_is_counted(optimizer):
    apply(optimizer, float("nan"), 1.0, 2.0, 3.0, 4.0, 5.0)
    history = gradient_history(optimizer)
    assert (history.step.tolist(), history.global_norm.tolist()) == ([2, 3, 4, 5], [2.0, 3.0, 4.0, 5.0])
    assert (history.overwritten_steps, history.skipped_steps) == (2, 1)
    assert history.finite.all()
    apply(optimizer, 6.0)
    assert (gradient_history(optimizer).overwritten_steps, gradient_history(optimizer).skipped_steps) == (0, 0)


def test_readers_do_not_starve_each_other(optimizer):
    apply(optimizer, 1.0)
    late, early = GradientHistoryReader(optimizer), GradientHistoryReader(optimizer, from_start=True)
    apply(optimizer, 2.0)
    assert late.read().global_norm.tolist() == [2.0]
    assert early.read().global_norm.tolist() == [1.0, 2.0]
    apply(optimizer, 3.0)
    assert late.read().global_norm.tolist() == [3.0]
    assert gradient_history(optimizer).global_norm.tolist() == [1.0, 2.0, 3.0]


def test_an_optimizer_that_has_not_begun_has_an_empty_history():
    history = gradient_history(keras_stable.optimizers.AdamW())
    assert (len(history), history.variable_paths, history.skipped_steps) == (0, (), 0)


def test_through_wrappers():
    inner = keras_stable.optimizers.SGD(0.1)
    wrapped = keras.optimizers.LossScaleOptimizer(inner)
    wrapped.build([keras.Variable([1.0, 1.0], name="weight")])
    apply(inner, 3.0)
    assert gradient_history(wrapped).global_norm.tolist() == [3.0]


def test_an_optimizer_without_history_is_refused():
    with pytest.raises(errors.InvalidArgumentError, match="`optimizer` must be an optimizer of"):
        gradient_history(keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()))


def test_a_load_sets_every_reader_to_the_steps_after_it(tmp_path):
    def compiled():
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])
        model.compile(keras_stable.optimizers.SGD(0.0, history_size=8))
        model.optimizer.build(model.trainable_variables)
        return model

    def apply(model, *values):
        for value in values:
            model.optimizer.apply([tf.constant([[value], [0.0]])])

    def apply_and_read(model, reader, *values):
        apply(model, *values)
        histories = gradient_history(model.optimizer), reader.read()
        return [(history.step.tolist(), history.overwritten_steps) for history in histories]

    model = compiled()
    reader = GradientHistoryReader(model.optimizer)
    apply(model, 1.0, float("nan"))
    model.save_weights(tmp_path / "early.weights.h5")
    assert apply_and_read(model, reader, 3.0, 4.0) == [([0, 1, 2, 3], 0)] * 2
    # Back to the second step: the steps after it have the numbers of those that were read.
    model.load_weights(tmp_path / "early.weights.h5")
    assert apply_and_read(model, reader, 5.0, 6.0) == [([2, 3], 0)] * 2
    # The weights of a Keras optimizer have no counts: these go on.
    model.optimizer.set_weights([variable.numpy() for variable in model.optimizer.variables])
    assert apply_and_read(model, reader, 7.0, 8.0, 9.0) == [([4, 5, 6], 0)] * 2
    # A new optimizer that takes over the state has lost no step, and skipped none.
    other = compiled()
    other.load_weights(tmp_path / "early.weights.h5")
    apply(other, 1.0)
    history = gradient_history(other.optimizer)
    assert (history.step.tolist(), history.overwritten_steps, history.skipped_steps) == ([2], 0, 0)
    assert other.optimizer.skipped_steps == 1


@pytest.mark.parametrize(("steps", "lost"), [(3, 0), (4, 0), (5, 1), (9, 5)])
def test_the_ring_holds_as_many_steps_as_it_has_rows(optimizer, steps, lost):
    apply(optimizer, *(float(step + 1) for step in range(steps)))
    history = gradient_history(optimizer)
    assert history.global_norm.tolist() == [float(step + 1) for step in range(lost, steps)]
    assert history.overwritten_steps == lost
    assert history.step.tolist() == list(range(lost, steps))


def test_norms_of_variables_stand_in_their_columns():
    optimizer = keras_stable.optimizers.SGD(0.0, clipvalue=4.0, global_clipnorm=None)
    optimizer.build([keras.Variable([1.0], name=name) for name in "ab"])
    optimizer.apply([tf.constant([3.0]), tf.constant([40.0])])
    history = gradient_history(optimizer)
    assert history.variable_norm.tolist() == [[3.0, 40.0]]
    assert history.applied_variable_norm.tolist() == [[3.0, 4.0]]
    assert (history.global_norm[0], history.applied_norm[0]) == (
        pytest.approx(np.hypot(3, 40)),
        pytest.approx(5.0),
    )
    assert history.variable_paths == ("a", "b")


@pytest.mark.parametrize(("steps_per_execution", "batches"), [(1, 2), (2, 1), (3, 1), (100, 1)])
def test_half_the_ring_may_fill_between_two_reads(optimizer, steps_per_execution, batches):
    assert GradientHistoryReader(optimizer).batches_between_reads(steps_per_execution) == batches


def test_a_reader_of_an_optimizer_that_is_built_later_misses_nothing():
    optimizer = keras_stable.optimizers.SGD(0.0)
    reader = GradientHistoryReader(optimizer)
    optimizer.build([keras.Variable([1.0, 1.0], name="weight")])
    apply(optimizer, 2.0)
    assert reader.read().global_norm.tolist() == [2.0]


def test_a_late_reader_does_not_count_what_was_skipped_before(optimizer):
    apply(optimizer, float("nan"), 1.0)
    reader = GradientHistoryReader(optimizer)
    apply(optimizer, float("nan"), 2.0)
    history = reader.read()
    assert (history.skipped_steps, history.finite.tolist()) == (1, [False, True])
    assert history.applied_norm[0] == 0.0
