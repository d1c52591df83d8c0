import keras
import numpy as np
import pytest

import keras_stable
from keras_stable.diagnosis.facts import (
    ClassContrast,
    Contrast,
    FeatureContrast,
    History,
    InputContrast,
    Transfer,
    WordContrast,
)
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.program.validation_inputs_differ import validation_inputs_differ

NAN = float("nan")
FAR = FeatureContrast(-1, 0.3, 0.4, -50.0, 96.0, shift=-134.0, scale=255.0)
NEAR = FeatureContrast(3, 0.0, 1.0, 1.4, 1.0, shift=1.4)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (InputContrast(), None),
        (InputContrast(features=1, differing=1, worst=FAR), "warning"),
        (InputContrast(features=20, differing=15, worst=NEAR), "warning"),
        (InputContrast(features=20, differing=2, worst=NEAR), None),
        (InputContrast(features=20, differing=1, worst=FAR), "warning"),
        (InputContrast(features=3, channels=(2, 1, 0)), "warning"),
        (InputContrast(words=WordContrast()), None),
        (InputContrast(words=WordContrast(unknown=0.5)), "warning"),
        (InputContrast(words=WordContrast(unknown=0.5, usual_unknown=0.4)), None),
        (InputContrast(words=WordContrast(distance=0.7)), "warning"),
        (InputContrast(words=WordContrast(distance=0.7, usual_distance=0.5)), None),
        (InputContrast(words=WordContrast(validation_starts=0.5, validation_ends=0.0)), "warning"),
        (InputContrast(words=WordContrast(validation_ends=0.0)), None),
    ],
)
def test_an_input(severity, item, expected):
    assert severity(validation_inputs_differ, contrast=Contrast(inputs=(item,))) == expected


LOST = Transfer(kept_back=0.95, validation=0.12, chance=0.11, renamed=0.2)


@pytest.mark.parametrize(
    ("transfer", "history", "expected"),
    [
        (LOST, None, "warning"),
        (LOST, History(val_accuracy=(0.2, 0.1)), "warning"),
        (LOST, History(val_accuracy=(0.2, 0.9)), None),  # the model knows what the predictor does not
        (Transfer(0.95, 0.4, 0.11), None, None),
        (Transfer(0.25, 0.12, 0.11), None, None),
        (Transfer(0.95, 0.12, 0.11, renamed=0.9, names=((0, 1), (1, 0))), None, None),
        (Transfer(0.95, 0.12, 0.11, renamed=0.5, names=((0, 1), (1, 0))), None, "warning"),
        (Transfer(), None, None),
    ],
)
def test_what_tells_classes_in_training_only(severity, transfer, history, expected):
    evidence = {} if history is None else {"history": history}
    contrast = Contrast(inputs=(InputContrast(),), transfer=transfer)
    assert severity(validation_inputs_differ, contrast=contrast, **evidence) == expected
    unseen = Contrast(classes=(ClassContrast(unseen=((3, 40),)),), transfer=transfer)
    assert severity(validation_inputs_differ, contrast=unseen) is None


def test_both_figures_are_said():
    contrast = Contrast(inputs=(InputContrast("image", "float32", "uint8", 1, 1, FAR),))
    [finding] = validation_inputs_differ.run({"contrast": contrast})
    assert "a mean of 0.3 and a standard deviation of 0.4 in training (float32)" in finding.message
    assert "of -50 and 96 in validation (uint8)" in finding.message
    with pytest.raises(Skip):
        list(validation_inputs_differ.run({"contrast": Contrast(inputs=())}))


@pytest.mark.parametrize("fixed", [False, True])
def test_a_model_with_two_inputs_one_of_which_is_prepared_otherwise(fixed):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 400)
    image = (rng.random((400, 8, 8, 1)) * 0.5 + 0.4 * y[:, None, None, None]).astype("float32")
    table = rng.normal(size=(400, 3)).astype("float32")
    held = image[300:] if fixed else image[300:] * 255
    inputs = [keras.Input((8, 8, 1), name="image"), keras.Input((3,), name="table")]
    merged = keras.layers.Concatenate()([keras.layers.Flatten()(inputs[0]), inputs[1]])
    model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(merged))
    model.compile("adam", "binary_crossentropy")
    validation = ([held, table[300:]], y[300:])
    report = keras_stable.audit(model, [image[:300], table[:300]], y[:300], validation_data=validation, probe=False)
    said = [(finding.rule, finding.where) for finding in report.at_least("warning")]
    assert said == ([] if fixed else [("validation-inputs-differ", "image")])


def test_the_edit_brings_validation_to_the_scale_of_training():
    x, validation = (np.random.default_rng(seed).normal(size=(300, 2)) for seed in (0, 1))
    worst = InputContrast(features=2, differing=2, worst=FAR)
    (finding,) = validation_inputs_differ.run({"contrast": Contrast(inputs=(worst,))})
    (edit,) = finding.edits
    names = {"np": np, "x": x, "validation_data": (validation * [9.0, 0.1] + [3.0, -50.0], 0)}
    mended, labels = eval(edit.value, names)
    np.testing.assert_allclose(mended.mean(0), x.mean(0), atol=1e-9)
    np.testing.assert_allclose(mended.std(0), x.std(0))
    assert labels == 0
    two = Contrast(inputs=(worst, InputContrast(name="other")))
    assert next(validation_inputs_differ.run({"contrast": two})).edits == ()


@pytest.mark.parametrize(
    ("meaning", "company", "told"),
    [
        ((0.1, 0.05), (NAN, NAN), True),
        ((0.1, 0.05), (0.1, 0.05), True),
        ((NAN, NAN), (0.1, 0.05), True),
        ((0.1, 0.05), (0.95, 0.05), False),  # the labels are other ones, and not the words
        ((0.4, 0.1), (NAN, NAN), False),
        ((NAN, NAN), (NAN, NAN), False),
    ],
)
def test_ids_that_mean_other_words(meaning, company, told):
    words = WordContrast(meaning=meaning[0], meaning_error=meaning[1], company=company[0], company_error=company[1])
    contrast = Contrast(inputs=(InputContrast(words=words, features=0),))
    assert bool(list(validation_inputs_differ.run({"contrast": contrast}))) is told
