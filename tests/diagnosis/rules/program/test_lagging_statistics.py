import keras
import numpy as np
import pytest

import keras_stable
from keras_stable.diagnosis.facts import Evaluation, Layer, Plan, Probe, Structure
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.program.lagging_statistics import lagging_statistics

APART = Evaluation(loss=2.4, training_loss=0.05)


def normalized(momentum=0.999, **config):
    layer = Layer("bn", "BatchNormalization", "normalization", config={"momentum": momentum, **config})
    return Structure(layers=(Layer(), layer))


@pytest.mark.parametrize(
    ("momentum", "taken", "seen", "expected"),
    [
        (0.999, 100, APART, "warning"),
        (0.9999, 5000, APART, "warning"),
        (0.99, 1000, APART, None),  # they have arrived: something else is wrong
        (0.99, 298, APART, "warning"),
        (0.99, 299, APART, None),
        (0.999, 100, Evaluation(loss=0.4, training_loss=0.05), "advice"),  # it serves in inference
        (0.999, 100, Evaluation(loss=0.06, training_loss=0.05), None),
        (0.999, 100, Evaluation(loss=0.05, training_loss=2.4), None),
        (0.999, 100, Evaluation(loss=-0.4, training_loss=-0.95, constant_loss=-0.3, floor=-1.0), "warning"),
    ],
)
def test_a_trained_model(severity, learning, momentum, taken, seen, expected):
    evidence = {"plan": Plan(trained=True, taken=taken), "structure": normalized(momentum), "evaluation": seen}
    assert severity(lagging_statistics, learning=learning(), **evidence) == expected


@pytest.mark.parametrize(("epochs", "expected"), [(10, "warning"), (200, "advice"), (None, "advice")])
def test_before_training_the_planned_steps_decide(severity, learning, epochs, expected):
    evidence = {"plan": Plan(epochs=epochs), "structure": normalized(), "probe": Probe(steps=300, after=APART)}
    assert severity(lagging_statistics, learning=learning(), **evidence) == expected


def test_what_keeps_no_moving_statistics(severity, learning):
    evidence = {"plan": Plan(trained=True, taken=10), "evaluation": APART, "learning": learning()}
    for structure in (Structure(layers=(Layer(),)), normalized(trainable=False)):
        with pytest.raises(Skip, match="moving statistics"):
            severity(lagging_statistics, structure=structure, **evidence)
    with pytest.raises(Skip, match="how many steps"):
        severity(lagging_statistics, **{**evidence, "plan": Plan(trained=True)}, structure=normalized())


def test_a_fitted_network_with_the_momentum_of_mobile_nets():
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    y = rng.integers(0, 4, 256)
    x = (rng.normal(size=(256, 8)) * 0.3 + 4.0 * np.eye(4)[y].repeat(2, axis=1) + 20.0).astype("float32")
    model = keras.Sequential([keras.Input((8,))])
    for _ in range(3):
        model.add(keras.layers.Dense(32, use_bias=False))
        model.add(keras.layers.BatchNormalization(momentum=0.999))
        model.add(keras.layers.ReLU(6.0))
    model.add(keras.layers.Dense(4, activation="softmax"))
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=15, verbose=0)
    assert history.history["accuracy"][-1] > 0.95
    assert model.evaluate(x, y, verbose=0)[1] < 0.6
    report = keras_stable.audit(model, x, y, epochs=15, history=history)
    first = report.at_least("warning")[0]
    assert first.rule == "lagging-statistics", str(report)
    assert first.evidence["left"] == pytest.approx(0.999**120)
    explained = {"identical-outputs", "train-inference-mismatch", "prediction-collapse", "never-predicted-class"}
    assert all(finding.cause == "lagging-statistics" for finding in report.findings if finding.rule in explained)
