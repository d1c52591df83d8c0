"""The audit as a whole."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable.diagnosis import Found, rule
from keras_stable.errors import InvalidArgumentError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(256, 6)).astype("float32")
Y = (X[:, 0] + X[:, 1] > 0).astype("int64")
QUICK = {"probe": False}


def mlp(units=2, activation="softmax", loss="sparse_categorical_crossentropy", optimizer="adam", **compiled):
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dense(16, "relu"), keras.layers.Dense(units, activation)]
    model = keras.Sequential([keras.Input((6,)), *layers])
    model.compile(optimizer, loss, **compiled)
    return model


def slugs(report, severity="warning"):
    return [finding.rule for finding in report.at_least(severity)]


class Subclassed(keras.Model):
    def __init__(self, width):
        super().__init__()
        self.hidden = keras.layers.Dense(width, "relu")
        self.drop = keras.layers.Dropout(0.2)
        self.answer = keras.layers.Dense(2)

    def call(self, x, training=False):
        return self.answer(self.drop(self.hidden(x), training=training))


def test_a_healthy_model_before_and_after_training():
    model = mlp(metrics=["accuracy"])
    before = keras_stable.audit(model, X, Y, epochs=20, validation_split=0.25)
    assert before.ok, str(before)
    # No more steps than are planned: 20 epochs of the 6 batches that validation leaves.
    assert before.facts["probe"].steps == before.about["probe_steps"] == 120
    history = model.fit(X, Y, epochs=20, validation_split=0.25, verbose=0)
    after = keras_stable.audit(model, X, Y, history=history, validation_split=0.25)
    assert after.ok, str(after)
    assert after.facts["learning"].source == "history"
    assert "probe" not in after.facts
    assert after.verdict.startswith("The model learns")


def test_the_root_cause_comes_first_and_explains_the_rest():
    report = keras_stable.audit(mlp(optimizer=keras.optimizers.SGD(0.1)), 3000 * X, Y, epochs=5)
    assert report.findings[0].rule == "unscaled-inputs"
    assert {f.cause for f in report.findings if f.rule in ("exploding-gradients", "bad-initial-loss")} <= {
        "unscaled-inputs"
    }
    assert report.facts["probe"].gain("standardized_inputs") > 0.2


@pytest.mark.parametrize("source", ["dataset", "pydataset"])
def test_data_of_every_kind(source):
    if source == "dataset":
        data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(32)
    else:

        class Batches(keras.utils.PyDataset):
            def __len__(self):
                return 8

            def __getitem__(self, index):
                return X[index * 32 : index * 32 + 32], Y[index * 32 : index * 32 + 32]

        data = Batches()
    report = keras_stable.audit(mlp(), data, epochs=20, probe_steps=60)
    assert report.ok, str(report)
    assert not report.crashed


def test_a_subclassed_model_that_was_never_built():
    keras.utils.set_random_seed(0)
    model = Subclassed(16)
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    report = keras_stable.audit(model, X, Y, epochs=20, probe_steps=60)
    assert report.ok, str(report)
    assert not model.built


def test_several_inputs_and_outputs():
    inputs = [keras.Input((4,), name="left"), keras.Input((2,), name="right")]
    hidden = keras.layers.Dense(16, "relu")(keras.layers.Concatenate()(inputs))
    heads = {"kind": keras.layers.Dense(2, "softmax", name="kind")(hidden), "sum": keras.layers.Dense(1)(hidden)}
    model = keras.Model(inputs, heads)
    model.compile("adam", {"kind": "sparse_categorical_crossentropy", "sum": "mse"})
    x = {"left": X[:, :4], "right": X[:, 4:]}
    report = keras_stable.audit(model, x, {"kind": Y, "sum": X.sum(-1)}, epochs=30)
    assert report.ok, str(report)
    assert not report.crashed
    assert [each.task for each in report.facts["evaluation"].outputs] == ["classes", "regression"]


def test_the_program_goes_on_as_if_it_had_not_been_audited():
    def program(audited):
        keras.utils.set_random_seed(3)
        model = mlp(metrics=["accuracy"])
        model.fit(X, Y, epochs=1, verbose=0)
        if audited:
            keras_stable.audit(model, X, Y, epochs=5, probe=True, probe_steps=20)
        drawn = [random.random(), np.random.rand(), float(tf.random.uniform(())), keras.layers.Dense(1).name]
        history = model.fit(X, Y, epochs=2, verbose=0).history
        weights = [v.numpy() for v in (*model.variables, *model.optimizer.variables)]
        return drawn[:3], drawn[3].partition("_")[0], history, weights

    plain, audited = program(False), program(True)
    assert plain[:3] == audited[:3]
    for one, other in zip(plain[3], audited[3], strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_crashed_rule_hides_nothing():
    @rule("MY1", "crashing", remedy="Nothing.")
    def crashing(plan):
        """Crashes."""
        raise KeyError("here")

    report = keras_stable.audit(mlp(1, "softmax", "binary_crossentropy"), X, Y, rules=[crashing], **QUICK)
    assert report.crashed == {"crashing": "KeyError: 'here'"}
    assert "loss-output-mismatch" in slugs(report)
    assert not report.ok


def test_own_rules_and_the_choice_of_rules():
    @rule("MY1", "tiny", remedy="Take more.", severity="warning")
    def tiny(plan):
        """A small set."""
        yield Found("data", f"{plan.samples} samples", {"samples": plan.samples}, threshold=1000)

    report = keras_stable.audit(mlp(), X, Y, rules=[tiny], select=["MY1", "KS1"], ignore=["KS103"], **QUICK)
    assert slugs(report) == ["tiny"]
    assert report.findings[0].evidence == {"samples": 256}
    assert all(slug != "constant-features" for slug in (*report.passed, *report.skipped))


@pytest.mark.parametrize("jit_compile", [False, True])
def test_where_numbers_stop_being_finite(jit_compile):
    class Logarithm(keras.layers.Layer):
        def call(self, x):
            return keras.ops.log(x)

    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dense(8, "softplus"), Logarithm(name="logarithm"), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((6,)), *layers])
    model.compile("adam", "mse", jit_compile=jit_compile)
    x = X.copy()
    x[7] *= 1e6
    report = keras_stable.audit(model, x, X[:, 0], probe_steps=20, shuffle=False)
    origin = report.facts["origin"]
    assert (origin.layer, origin.where, origin.batch, origin.rows) == ("logarithm", "activations", 0, (7,))
    assert report.of("nonfinite-activations")[0].where == "logarithm"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"model": 3}, "`model` must be a keras.Model"),
        ({"model": keras.Sequential([keras.Input((6,)), keras.layers.Dense(2)])}, "`model` must be compiled"),
        ({"x": X[:, :3]}, "`x` must go into the model"),
        ({"x": X[:10]}, "must"),
        ({"x": None}, "`x` must be"),
        ({"y": None}, "`y` must be given"),
        ({"batch_size": 0}, "`batch_size` must be"),
        ({"probe_steps": 0}, "`probe_steps` must be"),
        ({"seconds": -1}, "`seconds` must be"),
        ({"probe_seconds": "long"}, "`probe_seconds` must be"),
        ({"history": 3}, "`history` must be"),
        ({"select": ["KS9"]}, "`select` must be"),
        ({"rules": [len]}, "`rules` must be"),
    ],
)
def test_what_cannot_be_right_is_one_clear_line(change, line):
    arguments = {"model": mlp(), "x": X, "y": Y, **change}
    with pytest.raises(InvalidArgumentError, match=line) as error:
        keras_stable.audit(**arguments)
    assert "Received: " in str(error.value)
    assert "\n" not in str(error.value)


def test_a_model_without_a_loss_is_refused():
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2)])
    model.compile("adam")
    with pytest.raises(InvalidArgumentError, match="`model` must have a loss"):
        keras_stable.audit(model, X, Y)


def test_a_training_step_of_its_own():
    class Own(Subclassed):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                answer = self(x, training=True)
                loss = keras.ops.mean(keras.losses.sparse_categorical_crossentropy(y, answer, from_logits=True))
            self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
            return {"loss": loss}

    keras.utils.set_random_seed(0)
    model = Own(16)
    model.compile("adam")
    report = keras_stable.audit(model, X, Y, epochs=20)
    assert report.ok, str(report)
    assert not report.crashed
    assert report.facts["learning"].state == "learning"


def test_a_stream_sorted_by_class_is_not_called_all_of_one_class():
    def rows():
        for label in (0, 1):
            for start in range(0, 8192, 64):
                yield np.full((64, 6), start % 7 + label, "float32"), np.full(64, label)

    spec = (tf.TensorSpec((None, 6)), tf.TensorSpec((None,), "int64"))
    data = tf.data.Dataset.from_generator(rows, output_signature=spec).repeat(2)
    report = keras_stable.audit(mlp(), data, select=["constant-labels"], **QUICK)
    assert not report.facts["labels"][0].complete
    # The first class alone is more than the labels that are read.
    alone = data.take(128 * 3 // 2)
    short = keras_stable.audit(mlp(), alone.filter(lambda x, y: y[0] == 0), select=["constant-labels"], **QUICK)
    assert short.facts["labels"][0].complete
    assert "All 8192 labels" in short.findings[0].message
    long = data.filter(lambda x, y: y[0] == 0).repeat(3)
    [finding] = keras_stable.audit(mlp(), long, select=["constant-labels"], **QUICK).findings
    assert finding.message.startswith("The first 32768 labels")
    assert finding.severity == "warning"


def test_without_time_the_dearest_evidence_is_left_out_and_named():
    report = keras_stable.audit(mlp(), X, Y, seconds=0)
    assert report.facts["labels"][0].samples == 256
    assert report.facts["gradients"].batches == 1
    assert "probe" not in report.facts
    assert report.about["left_out"] == "a probe"
    assert "no time left for a probe" in " ".join(report.skipped.values())
    assert "a probe" in str(report)


def test_progress_says_what_goes_on_and_how_long_it_may_take():
    lines = []
    keras_stable.audit(mlp(), X, Y, seconds=50, probe_steps=20, progress=lines.append)
    assert "in about 50 s at most" in lines[0]
    assert any(line.startswith("Probe: a copy is trained for at most 20 steps") for line in lines)
