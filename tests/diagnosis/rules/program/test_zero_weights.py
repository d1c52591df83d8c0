import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_stable
from keras_stable.diagnosis.facts import ClassContrast, Contrast, Labels, Output, OutputWeights, Weights
from keras_stable.diagnosis.rules.program.zero_weights import zero_weights

CLASSES = {"labels": (Labels(),), "outputs": (Output(),)}
NUMBERS = {
    "labels": (Labels(kind="real", class_counts=()),),
    "outputs": (Output(loss="mean_squared_error", width=1),),
}


def of(*classes, **more):
    """Weights of classes, each (samples, weight of one)."""
    counts = tuple((k, count, count * weight) for k, (count, weight) in enumerate(classes))
    samples = sum(count for _, count, _ in counts)
    zero = sum(count for _, count, mass in counts if mass == 0)
    values = {"samples": samples, "classes": counts, "zero": zero, "total": sum(mass for *_, mass in counts)}
    return Weights("class_weight", (OutputWeights(**{**values, **more}),))


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        (of((900, 0.0), (100, 1.0)), ["error"]),
        (of((900, 1.0), (100, 0.0)), ["error"]),
        (of((300, 1.0), (300, 0.0), (300, 1.0)), ["warning"]),
        (of((300, 0.0), (300, 0.0)), ["error"]),
        (of((900, 0.0), (100, 1.0), positions=True), []),  # padding, or a void class, that is left out on purpose
        (of((900, 1.0), (100, 9.0)), []),  # balanced
        (of((900, 1.0), (100, 1.0)), []),
        (of((990, 1.0), (10, 300.0)), []),  # more than balanced, which may be meant
        (of((900, 9.0), (100, 1.0)), ["warning"]),  # the wrong way round
        (of((900, 1.0), (100, 1000.0)), ["warning"]),
        (of((500, 1.0), (500, 20.0)), []),
        (of((900, 1.0), (100, 9.0), negative=5), ["warning"]),
        (of((900, 1.0), (100, 9.0), nonfinite=5), ["error"]),
        (of((900, 1.0), (100, 1.0), strangers=(2,), unnamed=(0,)), ["warning"]),
        (of((900, 1.0), (100, 9.0), strangers=(2,)), ["advice"]),
        (Weights(dropped=True), ["warning"]),
        (Weights(error="TypeError: class weights for labels of shape (8, 8, 1)"), ["error"]),
    ],
)
def test_weights_of_classes(severities, weights, expected):
    assert severities(zero_weights, weights=weights, **CLASSES) == expected


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        (OutputWeights(classes=(), effective=900.0), []),
        (OutputWeights(classes=(), effective=20.0), ["warning"]),
        (OutputWeights(classes=(), samples=50, effective=2.0), []),
        (OutputWeights(classes=(), zero=1000, total=0.0, effective=0.0), ["error"]),
        (OutputWeights(classes=(), zero=900, effective=90.0), []),
    ],
)
def test_weights_of_numbers(severities, counted, expected):
    assert severities(zero_weights, weights=Weights("sample_weight", (counted,)), **NUMBERS) == expected


@pytest.mark.parametrize(
    ("mean", "state", "expected"),
    [
        (90.0, "stuck", []),
        (200.0, "stuck", ["warning"]),
        (200.0, "learning", ["advice"]),
        (2e6, "learning", ["warning"]),
    ],
)
def test_numbers_that_are_no_weights(severities, mean, state, expected):
    counted = OutputWeights(classes=(), total=1000 * mean, effective=900.0)
    weights = Weights("sample_weight", (counted,))
    assert severities(zero_weights, state, weights=weights, **NUMBERS) == expected


@pytest.mark.parametrize(
    ("counts", "weight", "validation", "sick"),
    [
        ((500, 500), 20.0, (240, 10), True),
        ((500, 500), 20.0, (125, 125), False),  # a class that is meant to weigh more
        ((960, 40), 20.0, (240, 10), False),  # the one correction that is needed
        ((500, 500), 2.0, (240, 10), False),
        ((500, 500), 20.0, (20, 1), False),  # too few to say
    ],
)
def test_rare_classes_are_made_up_for_once(severities, learning, counts, weight, validation, sick):
    weights = of((counts[0], 1.0), (counts[1], weight))
    classes = ClassContrast(validation_samples=sum(validation), validation_counts=tuple(enumerate(validation)))
    found = severities(zero_weights, weights=weights, contrast=Contrast(classes=(classes,)), **CLASSES)
    assert found == ["warning"] * sick


def test_the_third_element_of_a_dataset_is_a_weight():
    data = tf.data.Dataset.from_tensor_slices((X, Y, np.full(len(X), 1.6e9, "float32"))).batch(32)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    [finding] = keras_stable.audit(model, data, probe=False).of("zero-weights")
    assert "1.6e+09 on average" in finding.message


def test_the_message_says_which_class_and_how_much_of_the_data():
    [hit] = zero_weights.run({"weights": of((900, 0.0), (100, 1.0)), **CLASSES})
    assert hit.message.startswith("Samples of class 0, 90% of all, have weight 0: only one class counts.")


X = np.random.default_rng(0).normal(size=(600, 6)).astype("float32")
Y = (X[:, 0] + 0.3 * X[:, 1] > 1).astype("float32")


class OwnStep(keras.Model):
    """Takes its own step; `uses_weights` says whether the weights come to anything."""

    def __init__(self, uses_weights):
        super().__init__()
        self.dense = keras.layers.Dense(1, activation="sigmoid")
        self.uses_weights = uses_weights

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        import tensorflow as tf

        x, y, weight = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            answer = self(x, training=True)
            loss = self.compute_loss(x, y, answer, weight if self.uses_weights else None)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss}


def own(uses_weights):
    model = OwnStep(uses_weights)
    model(X[:1])
    return model


def plain():
    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(1, activation="sigmoid")])


@pytest.mark.parametrize(
    ("make", "arguments", "expected"),
    [
        (plain, {"class_weight": {0: 1.0, 1: 5.0}}, []),
        (plain, {"class_weight": {0: 0.0, 1: 1.0}}, ["error"]),
        (plain, {"sample_weight": 5 * Y}, ["error"]),
        (plain, {"sample_weight": 1 + 4 * Y}, []),
        (plain, {"class_weight": {1: 1.0, 2: 5.0}}, ["warning"]),
        (plain, {"class_weight": {0: 5.0, 1: 0.5}}, ["warning"]),
        (lambda: own(True), {"class_weight": {0: 1.0, 1: 5.0}}, []),
        (lambda: own(False), {"class_weight": {0: 1.0, 1: 5.0}}, ["warning"]),
        (lambda: own(False), {"sample_weight": 1 + 4 * Y}, ["warning"]),
        (lambda: own(False), {}, []),
    ],
)
def test_programs(make, arguments, expected):
    keras.utils.set_random_seed(0)
    model = make()
    model.compile("adam", "binary_crossentropy")
    before = [np.array(weight) for weight in model.get_weights()]
    report = keras_stable.audit(model, X, Y, select=["KS707"], probe=False, epochs=3, **arguments)
    assert [finding.severity for finding in report.findings] == expected, report
    assert report.crashed == {}
    assert all(map(np.array_equal, before, model.get_weights()))


def test_class_weights_for_masks_are_what_fit_refuses():
    images = np.random.default_rng(0).normal(size=(16, 8, 8, 1)).astype("float32")
    masks = (images > 1).astype("float32")
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(1, 1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    arguments = {"class_weight": {0: 1.0, 1: 5.0}}
    with pytest.raises(TypeError):
        model.fit(images, masks, verbose=0, **arguments)
    [finding] = keras_stable.audit(model, images, masks, select=["KS707"], probe=False, **arguments).findings
    assert finding.severity == "error"
    model.fit(images, masks, sample_weight=np.take([1.0, 5.0], masks[..., 0].astype(int)), verbose=0)
