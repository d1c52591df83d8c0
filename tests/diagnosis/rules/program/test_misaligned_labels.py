from dataclasses import replace

import keras
import numpy as np
import pytest

import keras_stable
from keras_stable.diagnosis.evidence.program.realignments import orders
from keras_stable.diagnosis.facts import Dependence, Pairing, Realignment
from keras_stable.diagnosis.rules.program.misaligned_labels import _edits, misaligned_labels

NONE = Dependence(explained=-0.01, by_chance=-0.02, deviations=0.4)
UNTOLD = Pairing(loss=2.31, dealt_loss=2.3, deviations=-0.5)


@pytest.mark.parametrize(
    ("dependence", "pairing", "expected"),
    [
        (Dependence(), None, None),
        (Dependence(explained=0.018, deviations=7.0), UNTOLD, None),
        (NONE, UNTOLD, "warning"),
        (NONE, None, None),
        (NONE, Pairing(), None),  # the model tells what a quick predictor does not
        (replace(NONE, samples=80), UNTOLD, None),
        (replace(NONE, labels_in_order=True), None, "warning"),
        (replace(NONE, realigned=Realignment()), None, "error"),
        (replace(NONE, realigned=Realignment(explained=0.1)), None, None),
        (Dependence(explained=0.05, deviations=9.0, realigned=Realignment()), None, "error"),
        (replace(NONE, kind="patterns", elsewhere=90), None, "error"),
        (replace(NONE, kind="patterns", elsewhere=9), None, None),
    ],
)
def test_labels(severity, learning, dependence, pairing, expected):
    evidence = {} if pairing is None else {"pairing": pairing}
    assert severity(misaligned_labels, learning=learning(), dependence=dependence, **evidence) == expected


@pytest.mark.parametrize(
    ("realigned", "text"),
    [
        (Realignment("shifted", 1), "`x[:-1], y[1:]`"),
        (Realignment("shifted", -3), "`x[3:], y[:-3]`"),
        (Realignment("reversed", 0), "`y[::-1]`"),
        (Realignment("listed", 0), "by number"),
        (Realignment("inputs_reshaped", 0), "np.moveaxis"),
        (Realignment("labels_reshaped", 0), "`y.T`"),
    ],
)
def test_the_remedy_is_the_order(learning, realigned, text):
    [finding] = misaligned_labels.run({"dependence": replace(NONE, realigned=realigned), "learning": learning()})
    assert text in finding.remedy


def test_noise_is_said_to_be_possible(learning, found):
    evidence = {"dependence": NONE, "pairing": UNTOLD}
    [finding] = misaligned_labels.run({**evidence, "learning": learning()})
    assert "or the labels are noise" in finding.message
    [(_, unsure)] = found(misaligned_labels, learning=learning("unknown"), **evidence)
    assert unsure < finding.confidence


@pytest.mark.parametrize("program", ["shuffled", "shifted", "fixed"])
def test_a_model_whose_labels_stand_in_another_order(program):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 4, 400)
    x = (rng.normal(size=(400, 8)) + 2 * np.eye(4)[y].repeat(2, axis=1)).astype("float32")
    moved = {"shuffled": rng.permutation(y), "shifted": np.roll(y, 1), "fixed": y}[program]
    model = keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(32, "relu"), keras.layers.Dense(4, activation="softmax")]
    )
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    report = keras_stable.audit(model, x, moved, probe_steps=40)
    causes = [finding.rule for finding in report.at_least("warning") if not finding.cause]
    assert causes == ([] if program == "fixed" else ["misaligned-labels"]), str(report)


def test_what_only_the_model_finds_is_no_other_order():
    """The product of two signs among many: near rows and lines through them tell nothing of it."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    x = rng.choice([-1.0, 1.0], size=(6000, 60)).astype("float32")
    y = (x[:, 0] * x[:, 1] > 0).astype("int32")
    model = keras.Sequential([keras.Input((60,)), keras.layers.Dense(64, "relu"), keras.layers.Dense(2)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss)
    fit = {"validation_data": (x[4800:], y[4800:]), "epochs": 10, "select": ["misaligned-labels"]}
    report = keras_stable.audit(model, x[:4800], y[:4800], **fit)
    # A training on a part of the sample would not tell: the probe's copy has seen all rows.
    assert report.facts["dependence"].deviations < 4 < report.facts["pairing"].deviations
    assert not report.findings


def test_labels_are_listed_as_their_inputs_are():
    """By number and by text, from 0 and from 1, either side."""
    y = np.arange(50)
    by_text = np.array(sorted(range(50), key=lambda row: str(row + 1)))
    for kind, rows, order in orders(50):
        if kind != "listed":
            continue
        (edit,) = _edits(Realignment("listed", rows))
        np.testing.assert_array_equal(eval(edit.value, {"np": np, "y": y}), y[order])
    assert any((y[order] == by_text).all() for kind, _, order in orders(50) if kind == "listed")
