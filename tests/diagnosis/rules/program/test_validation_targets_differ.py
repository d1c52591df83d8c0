import keras
import numpy as np
import pytest

import keras_stable
from keras_stable.diagnosis.facts import Contrast, TargetContrast
from keras_stable.diagnosis.rules.program.validation_targets_differ import validation_targets_differ


def found(**targets):
    return list(validation_targets_differ.run({"contrast": Contrast(targets=(TargetContrast(**targets),))}))


@pytest.mark.parametrize(
    ("targets", "sick"),
    [
        ({}, False),
        ({"shift": 0.9}, False),
        ({"shift": 1.1}, True),
        ({"shift": -1.1}, True),
        ({"shift": 1.1, "error": 0.3}, False),
        ({"shift": 1.5, "usual_shift": 0.8}, False),
        ({"shift": 1.7, "usual_shift": 0.8}, True),
        ({"scale": 1.9}, False),
        ({"scale": 2.3}, True),
        ({"scale": 0.4}, True),
        ({"scale": 2.3, "scale_error": 0.2}, False),
        ({"scale": 2.3, "usual_scale": 1.2}, False),
        ({"scale": 0.0}, False),
    ],
)
def test_beyond_doubt_and_beyond_what_training_itself_varies(targets, sick):
    assert bool(found(**targets)) == sick


def test_targets_of_another_output_are_named():
    [item] = found(output="height", exchanged_with="width")
    assert "those of width" in item.message
    assert '"height"' in item.remedy


@pytest.mark.parametrize(("copied", "there", "sick"), [(1.0, 0.0, True), (1.0, 1.0, False), (0.0, 0.0, False)])
def test_targets_that_are_the_input_in_training_alone(copied, there, sick):
    contrast = Contrast(copied=copied, validation_copied=there, targets=(TargetContrast(),))
    assert bool(list(validation_targets_differ.run({"contrast": contrast}))) == sick


def test_an_autoencoder_that_is_given_the_noisy_picture_twice():
    rng = np.random.default_rng(0)
    clean = rng.uniform(size=(120, 6)).astype("float32")
    noisy = clean + rng.normal(0, 0.1, clean.shape).astype("float32")
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(6)])
    model.compile("adam", "mse")
    for target, sick in ((noisy, True), (clean, False)):
        validation = (noisy[100:], clean[100:])
        report = keras_stable.audit(model, noisy[:100], target[:100], validation_data=validation, probe=False)
        assert bool(report.of("validation-targets-differ")) == sick, str(report)


def audited(y_val):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 4)).astype("float32")
    y = 200 + 40 * x[:, :1]
    scaled = (y - y.mean()) / y.std()
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    validation = (x[200:], (y if y_val == "raw" else scaled)[200:])
    return keras_stable.audit(
        model, x[:200], scaled[:200], validation_data=validation, probe=False, ignore=["target-in-input"]
    )


def test_targets_that_only_training_scales():
    report = audited("raw")
    assert report.findings[0].rule == "validation-targets-differ"
    assert "of 196" in report.findings[0].message
    assert not audited("scaled").of("validation-targets-differ")
