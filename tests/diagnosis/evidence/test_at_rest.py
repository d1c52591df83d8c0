"""Evidence of a small model at its weights: what is made, once, and what is lost with which words."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.at_rest import AtRest
from keras_stable.diagnosis.evidence.budget import Budget
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.options import Options
from keras_stable.diagnosis.evidence.program.fit_arguments import FitArguments
from keras_stable.diagnosis.rule import Lost, Skip
from keras_stable.errors import InvalidArgumentError

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(64, 4)).astype("float32"), np.arange(64) % 3
LOGS = {"loss": (1.0, 0.5)}


def model_of(*hidden, loss="sparse_categorical_crossentropy"):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), *hidden, keras.layers.Dense(3, name="readout")])
    model.compile(keras.optimizers.SGD(0.125), loss, run_eagerly=True)
    return model


def at_rest(model=None, y=Y, logs=None, options=None, **source):
    lines = []
    source = Source(X, y, batch_size=16, **source)
    evidence = AtRest(model or model_of(), source, logs, options or Options(), lines.append, Budget())
    return evidence, lines


@pytest.fixture(scope="module")
def evidence():
    return at_rest()[0]


def test_evidence_is_made_once_and_only_when_asked_for(evidence):
    new, lines = at_rest()
    assert lines == []
    assert new.evidence.gathered == {}
    assert evidence["structure"] is evidence["structure"]
    assert [layer.path for layer in evidence["structure"].layers] == ["readout"]


def test_what_is_measured_is_a_copy(evidence):
    kernel = evidence.model.get_layer("readout").kernel.numpy()
    evidence["copy"].get_layer("readout").kernel.assign(np.full((4, 3), 9.0))
    evidence["audited_weights"].put_back()
    np.testing.assert_array_equal(evidence["copy"].get_layer("readout").kernel.numpy(), kernel)
    np.testing.assert_array_equal(evidence.model.get_layer("readout").kernel.numpy(), kernel)


def test_labels_and_outputs_meet(evidence):
    [labels], [output] = evidence["labels"], evidence["outputs"]
    assert (labels.kind, labels.distinct, output.width) == ("class_ids", 3, 3)
    assert labels.output == output.name


def test_inputs_have_what_enters_the_first_layer(evidence):
    [data] = evidence["inputs"]
    assert data.consumer == "Dense"
    assert data.entering_std == pytest.approx(X.std(), rel=0.05)


def test_gradients_are_those_of_a_plain_tape_over_each_batch(evidence):
    kernel = evidence.model.get_layer("readout").kernel
    norms = []
    for batch in evidence._batches():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(batch.y, evidence.model(batch.x)))
        norms.append(np.linalg.norm(tape.gradient(loss, kernel.value)))
    seen = evidence["gradients"].variables[0]
    assert seen.path.endswith("readout/kernel")
    np.testing.assert_allclose(seen.norms, norms, rtol=1e-4)
    assert (seen.received, seen.zero, seen.nonfinite) == (True, False, 0)
    assert evidence["origin"] is None


def test_a_new_model_has_taken_no_step(evidence):
    plan = evidence["plan"]
    assert (plan.trained, plan.taken, plan.initial_epoch, plan.batch_size) == (False, None, 0, 16)


@pytest.mark.parametrize(("logs", "steps", "trained", "taken"), [(LOGS, 0, True, None), (None, 7, True, 7)])
def test_a_history_or_steps_of_the_optimizer_tell_that_it_was_trained(logs, steps, trained, taken):
    model = model_of()
    model.optimizer.iterations.assign(steps)
    plan = at_rest(model, logs=logs, options=Options(fit=FitArguments(initial_epoch=2)))[0]["plan"]
    assert (plan.trained, plan.taken, plan.initial_epoch) == (trained, taken, 2)


def spoilt():
    model = model_of()
    model.get_layer("readout").kernel.assign(np.full((4, 3), np.nan))
    model.optimizer.iterations.assign(7)
    return model


def test_weights_that_a_training_left_as_nan_begin_anew_in_the_copy_alone():
    evidence, _ = at_rest(spoilt(), logs=LOGS)
    assert evidence.restarted
    assert np.isfinite(evidence["copy"].get_layer("readout").kernel.numpy()).all()
    assert np.isnan(evidence.model.get_layer("readout").kernel.numpy()).all()
    assert not evidence["plan"].trained
    assert evidence["plan"].taken is None


def test_without_a_history_nan_weights_are_what_is_audited():
    evidence, _ = at_rest(spoilt())
    assert not evidence.restarted
    assert np.isnan(evidence["copy"].get_layer("readout").kernel.numpy()).all()
    assert evidence["origin"] is not None
    assert not at_rest(logs=LOGS)[0].restarted


def test_without_labels_there_are_no_facts_of_them():
    evidence = at_rest(y=None, labelled=False)[0]
    with pytest.raises(Skip, match="there are no labels"):
        evidence["labels"]
    assert evidence.get("labels") is None


class Broken(keras.layers.Layer):
    def __init__(self, error):
        super().__init__()
        self.error = error

    def build(self, shape):
        self.built = True

    def call(self, x):
        raise self.error

    def compute_output_spec(self, x):
        return keras.KerasTensor(x.shape, x.dtype)


@pytest.mark.parametrize("error", [ValueError("shapes differ"), KeyError("colour")])
def test_a_model_that_raises_is_lost_with_its_words_and_the_data_is_looked_at(error):
    evidence, _ = at_rest(model_of(Broken(error)))
    with pytest.raises(Lost, match="the model cannot be run: .*(shapes differ|colour)"):
        evidence["recording"]
    assert evidence.get("outputs") is None
    [data] = evidence["inputs"]
    assert data.consumer == ""
    assert data.std == pytest.approx(X.std(), rel=0.05)
    assert evidence["duplicates"].repeated == 0


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (Skip("not now"), Skip),
        (InvalidArgumentError("wrong"), InvalidArgumentError),
        (TypeError("no number"), Lost),
        (RuntimeError("Exception encountered when calling Dense.call()"), Lost),
    ],
)
def test_which_errors_are_the_users(evidence, error, raised):
    with pytest.raises(raised) as caught, evidence._misfits("the step"):
        raise error
    if raised is Lost:
        assert str(caught.value).startswith("the step cannot be run: ")
        assert caught.value.__cause__ is error
    else:
        assert caught.value is error


def test_batches_are_read_once_and_are_four_at_most():
    class Data(keras.utils.PyDataset):
        def __len__(self):
            return 8

        def __getitem__(self, index):
            return X[8 * index : 8 * index + 8], Y[8 * index : 8 * index + 8]

    evidence = AtRest(model_of(), Source(Data()), None, Options(), print)
    first = evidence._batches()
    assert [batch.rows for batch in first] == [8] * 4
    assert evidence._batches() is first


def test_class_weights_weigh_the_sample():
    evidence, _ = at_rest(class_weight={0: 1.0, 1: 2.0, 2: 3.0})
    np.testing.assert_array_equal(evidence.sample.sample_weight, evidence.sample.y + 1.0)
    assert at_rest()[0].sample.sample_weight is None
