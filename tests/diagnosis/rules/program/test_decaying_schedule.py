import math

import keras
import numpy as np
import pytest

import keras_stable
from keras_stable.diagnosis.facts import Schedule
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.program.decaying_schedule import decaying_schedule

STEPS, EPOCHS = 1000, 20


def path(rate, **more):
    """The path of a function of the step."""
    rates = tuple(float(rate(step)) for step in range(STEPS))
    return Schedule(
        **{
            "epochs": EPOCHS,
            "steps": STEPS,
            "steps_per_epoch": STEPS // EPOCHS,
            "at": tuple(range(STEPS)),
            "rates": rates,
            "later": max(rates),
            **more,
        }
    )


def cosine(steps, low=0.0):
    return lambda step: low + (1 - low) * 0.5 * (1 + math.cos(math.pi * min(step / steps, 1)))


def by_epoch(rate):
    return lambda step: rate(step // (STEPS // EPOCHS))


HEALTHY = {
    "a cosine to 0": path(cosine(STEPS)),
    "a warm-up of a tenth": path(lambda step: min(step / 100, cosine(STEPS)(step))),
    "one cycle": path(lambda step: step / 300 if step < 300 else cosine(700)(step - 300)),
    "exponential decay": path(by_epoch(lambda epoch: 0.8**epoch)),
    "a hundredth in the end": path(by_epoch(lambda epoch: 0.1 ** (epoch // 7))),
    "inverse of time": path(by_epoch(lambda epoch: 1 / (1 + epoch))),
    "inverse of many steps": path(lambda step: 1 / (1 + step / 10)),
    "inverse square root": path(lambda step: min((step + 1) ** -0.5, (step + 1) * 50**-1.5)),
    "restarts": path(lambda step: cosine(100)(step % 100)),
    "a high rate in the beginning": path(lambda step: 1.0 if step < 50 else 0.3),
    "cycles of which the next is not higher": path(lambda step: abs((step / 200) % 2 - 1)),
    "a rate that grows and grows": path(by_epoch(lambda epoch: 1.6**epoch), later=1.6**200),
    "a function of the last rate": path(by_epoch(lambda epoch: 0.95**epoch), intended=0.5, unit="epoch"),
}
SICK = {
    "a cosine over in the first epochs": path(cosine(20), settings={"decay_steps": 20}),
    "the same with a low end": path(cosine(20, 0.1), settings={"decay_steps": 20}),
    "boundaries in epochs": path(lambda step: 1.0 if step < 8 else 0.1 if step < 14 else 0.01),
    "down to 1e-30": path(lambda step: max(1e-30, 1 - step / 100)),
    "compounding": path(by_epoch(lambda epoch: 0.8 ** (epoch * (epoch + 1) / 2)), unit="epoch"),
    "compounding a little": path(by_epoch(lambda epoch: 0.5**epoch), intended=0.9, unit="epoch"),
    "a warm-up that is too long": path(lambda step: step / 10_000, later=1.0),
    "no rate for long, and then": path(lambda step: 0.0 if step < 400 else 1.0),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_usual_schedules_are_left_alone(severity, learning, name):
    assert severity(decaying_schedule, schedule=HEALTHY[name], learning=learning("stuck")) is None


@pytest.mark.parametrize("name", SICK)
def test_a_rate_that_is_lost(severity, learning, name):
    assert severity(decaying_schedule, schedule=SICK[name], learning=learning()) == "warning"


def test_a_rate_of_nothing_at_all_is_an_error(severity, learning):
    assert severity(decaying_schedule, schedule=path(lambda step: 0.0), learning=learning()) == "error"
    one_epoch_of_a_warm_up = path(lambda step: 0.0, later=0.01)
    assert severity(decaying_schedule, schedule=one_epoch_of_a_warm_up, learning=learning()) == "error"


def test_a_rate_that_never_changes_is_advice(severity, learning):
    constant = path(lambda step: 1.0 - step * 1e-6)
    assert severity(decaying_schedule, schedule=constant, learning=learning()) == "advice"
    with pytest.raises(Skip):
        severity(decaying_schedule, schedule=Schedule(error="TypeError: no"), learning=learning())


@pytest.mark.parametrize(
    ("observed", "kind", "last", "expected"),
    [
        (True, "ReduceLROnPlateau", 0.5, "advice"),  # it had learnt, and was reduced when it was done
        (True, "", 0.01, "advice"),
        (True, "", 1.5, "warning"),
        (False, "CosineDecay", 0.01, "advice"),
        (False, "CosineDecay", 0.5, "warning"),
    ],
)
def test_after_a_training_that_learnt(severity, learning, observed, kind, last, expected):
    lost = path(lambda step: max(1e-30, 1 - step / 100), observed=observed, kind=kind)
    judged = learning(source="history", last=last)
    assert severity(decaying_schedule, schedule=lost, learning=judged) == expected


def test_the_message_says_what_was_counted(learning):
    [hit] = decaying_schedule.run({"schedule": SICK["a cosine over in the first epochs"], "learning": learning()})
    assert "20 is the number of epochs" in hit.message
    assert "decay_steps=1000" in hit.remedy
    [hit] = decaying_schedule.run({"schedule": path(cosine(20), first_step=5000), "learning": learning()})
    assert "counted 5,000 steps before" in hit.message
    assert "Compile the model anew" in hit.remedy


def decayed(rate, callbacks=()):
    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(512, 8)).astype("float32")
    y = (x[:, 0] + x[:, 1] > 0).astype("float32")
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.SGD(rate), "binary_crossentropy", metrics=["accuracy"])
    return model, x, y, {"epochs": 30, "callbacks": list(callbacks), "verbose": 0}


def found(model, x, y, history=None, **arguments):
    report = keras_stable.audit(model, x, y, history=history, probe_steps=60, **arguments)
    return [(finding.rule, finding.cause) for finding in report.at_least("warning")]


@pytest.mark.parametrize(
    ("rate", "sick"),
    [(lambda epoch, rate: rate * 0.8**epoch, True), (lambda epoch, rate: rate * 0.9, False)],
    ids=["compounding", "exponential"],
)
def test_a_callback_before_the_training(rate, sick):
    model, x, y, arguments = decayed(0.1, [keras.callbacks.LearningRateScheduler(rate)])
    assert found(model, x, y, **arguments)[:1] == ([("decaying-schedule", "")] if sick else [])


@pytest.mark.parametrize(("steps", "sick"), [(30, True), (30 * 16, False)])
def test_a_schedule_after_the_training(steps, sick):
    model, x, y, arguments = decayed(keras.optimizers.schedules.CosineDecay(0.1, steps))
    history = model.fit(x, y, **arguments)
    assert found(model, x, y, history, **arguments)[:1] == ([("decaying-schedule", "")] if sick else [])
