import keras
import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from keras_stable.callbacks import PredictionDiversityLogger
from keras_stable.metrics import PredictionDiversity

X = np.random.default_rng(0).normal(size=(90, 4)).astype("float32")
Y = np.arange(90) % 3
KEYS = ("unique_classes", "effective_classes", "top_class_share")


def model(units=3, metrics=(), loss=None):
    keras.utils.set_random_seed(0)
    made = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units)])
    loss = loss or keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    made.compile("sgd", loss, metrics=["accuracy", *metrics])
    return made


def reference(made, x, classes=3):
    shares = np.bincount(made.predict(x, verbose=0).argmax(-1), minlength=classes) / len(x)
    entropy = -sum(p * np.log(p) for p in shares if p > 0)
    return [np.count_nonzero(shares), np.exp(entropy), shares.max()]


def test_without_a_metric_fit_and_validation_are_counted_in_the_same_pass():
    made, batches = model(), []
    count = keras.callbacks.LambdaCallback(on_test_batch_end=lambda batch, logs: batches.append(batch))
    history = made.fit(
        X,
        Y,
        epochs=3,
        validation_data=(X[:50], Y[:50]),
        validation_batch_size=10,
        verbose=0,
        callbacks=[PredictionDiversityLogger(), count],
    ).history
    assert len(batches) == 3 * 5
    assert [history[f"val_{key}"][-1] for key in KEYS] == pytest.approx(reference(made, X[:50]), rel=1e-5)
    assert all(len(history[key]) == 3 for key in (*KEYS, "accuracy", "val_accuracy", "loss"))


def test_callbacks_before_it_see_the_keys_and_what_they_evaluate_themselves_is_their_own(tmp_path):
    made, own = model(), []
    evaluate = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: own.append(made.evaluate(X[:9], Y[:9], verbose=0, return_dict=True))
    )
    stopping = keras.callbacks.EarlyStopping("val_top_class_share", mode="min", patience=0)
    csv_logger = keras.callbacks.CSVLogger(str(tmp_path / "history.csv"))
    callbacks = [evaluate, stopping, csv_logger, PredictionDiversityLogger()]
    history = made.fit(X, Y, epochs=2, validation_data=(X, Y), verbose=0, callbacks=callbacks).history
    assert stopping.best == min(history["val_top_class_share"])
    assert set((tmp_path / "history.csv").read_text().splitlines()[0].split(",")) == {"epoch", *history}
    assert [history[f"val_{key}"][-1] for key in KEYS] == pytest.approx(reference(made, X), rel=1e-5)
    assert all(set(evaluated) == {"loss", "accuracy"} for evaluated in own)


def test_training_keys_are_of_all_predictions_of_the_epoch():
    made = model()
    made.optimizer.learning_rate = 0.0
    history = made.fit(X, Y, batch_size=7, verbose=0, callbacks=[PredictionDiversityLogger()]).history
    assert [history[key][0] for key in KEYS] == pytest.approx(reference(made, X), rel=1e-5)


def test_the_model_is_left_as_it_was():
    made = model()
    made.fit(X, Y, verbose=0, callbacks=[PredictionDiversityLogger()])
    assert "unique_classes" not in made.fit(X, Y, verbose=0).history
    assert "unique_classes" not in made.evaluate(X, Y, verbose=0, return_dict=True)


def test_a_metric_of_the_model_is_used_and_not_counted_twice(tmp_path):
    made = model(metrics=[PredictionDiversity(3)])
    history = made.fit(X, Y, validation_data=(X, Y), verbose=0, callbacks=[PredictionDiversityLogger(tmp_path)]).history
    assert history["val_unique_classes"][0] == reference(made, X)[0]
    assert EventAccumulator(str(tmp_path)).Reload().Scalars("predictions/unique_classes")


def test_a_metric_of_a_subclassed_model_is_found_before_it_is_built():
    class Subclassed(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(3)

        def call(self, inputs):
            return self.dense(inputs)

    made = Subclassed()
    made.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=[PredictionDiversity(3)])
    history = made.fit(X, Y, validation_data=(X, Y), verbose=0, callbacks=[PredictionDiversityLogger()]).history
    assert history["val_unique_classes"][0] == reference(made, X)[0]


def test_given_inputs_are_predicted_after_each_epoch():
    made, x = model(), X[:20] + 3
    history = made.fit(X, Y, epochs=2, verbose=0, callbacks=[PredictionDiversityLogger(x=x)]).history
    assert [history[key][-1] for key in KEYS] == pytest.approx(reference(made, x), rel=1e-5)


def test_tensorboard_gets_every_tag_of_every_epoch(tmp_path):
    made = model()
    logger = PredictionDiversityLogger(tmp_path)
    history = made.fit(X, Y, epochs=3, validation_data=(X, Y), verbose=0, callbacks=[logger]).history
    for place, prefix in ((tmp_path, ""), (tmp_path / "validation", "val_")):
        events = EventAccumulator(str(place)).Reload()
        for key in KEYS:
            scalars = events.Scalars(f"predictions/{key}")
            assert [scalar.step for scalar in scalars] == [0, 1, 2]
            assert [scalar.value for scalar in scalars] == pytest.approx(history[prefix + key])


def test_one_logit_has_two_classes_around_zero():
    made = model(1, loss=keras.losses.BinaryCrossentropy(from_logits=True))
    made.layers[0].set_weights([np.zeros((4, 1)), np.array([0.2])])
    made.optimizer.learning_rate = 0.0
    history = made.fit(X, Y % 2, verbose=0, callbacks=[PredictionDiversityLogger()]).history
    assert history["unique_classes"] == [1.0]
    made.layers[0].set_weights([np.ones((4, 1)), np.array([0.0])])
    history = made.fit(X, Y % 2, verbose=0, callbacks=[PredictionDiversityLogger()]).history
    assert history["unique_classes"] == [2.0]


def test_an_output_without_a_number_of_classes_is_refused():
    inputs = keras.Input((4,))
    made = keras.Model(inputs, [keras.layers.Dense(3)(inputs), keras.layers.Dense(2)(inputs)])
    made.compile("sgd", ["mse", "mse"])
    with pytest.raises(ValueError, match="`model` must be one whose single output has a known number of classes"):
        made.fit(X, [np.zeros((90, 3)), np.zeros((90, 2))], verbose=0, callbacks=[PredictionDiversityLogger()])


NEW = ("never_predicted_classes", "label_divergence", "distinct_in_10")


def test_numbers_beside_the_labels_and_the_names_of_what_is_never_predicted(tmp_path):
    made = model(4)
    made.layers[0].set_weights([np.zeros((4, 4)), np.array([0.0, 1.0, 0.0, 0.0])])
    made.optimizer.learning_rate = 0.0
    logger = PredictionDiversityLogger(tmp_path, class_names=["ant", "bee", "cat", "dog"])
    history = made.fit(X, Y, validation_data=(X[:1], Y[:1]), verbose=0, callbacks=[logger]).history
    p, q = np.array([0.0, 1.0, 0.0]), np.full(3, 1 / 3)
    m = (p + q) / 2
    divergence = (np.log(1 / m[1]) + sum(q * np.log(q / m))) / 2
    assert [history[key][0] for key in NEW] == pytest.approx([2, divergence, 1], rel=1e-5)
    assert [history[f"val_{key}"][0] for key in NEW] == pytest.approx([1, np.log(2), 1], rel=1e-5)
    assert logger.never_predicted == {"training": ["ant", "cat"], "validation": ["ant"]}
    assert EventAccumulator(str(tmp_path)).Reload().Scalars("predictions/label_divergence")


@pytest.mark.parametrize(
    "loss", ["binary_crossentropy", keras.losses.BinaryCrossentropy(from_logits=True)], ids=["probabilities", "logits"]
)
def test_several_labels_a_sample(loss):
    made = model(3, loss=loss)
    bias = np.array([0.6, 0.7, 0.4]) if isinstance(loss, str) else np.array([0.1, 0.2, -0.1])
    made.layers[0].set_weights([np.zeros((4, 3)), bias])
    made.optimizer.learning_rate = 0.0
    history = made.fit(X, np.eye(3)[Y], verbose=0, callbacks=[PredictionDiversityLogger()]).history
    assert (history["unique_classes"], history["never_predicted_classes"]) == ([2.0], [1.0])
    assert history["top_class_share"] == [0.5]


def test_samples_without_weight_do_not_count():
    made, weights = model(), (Y > 0).astype("float32")
    made.optimizer.learning_rate = 0.0
    history = made.fit(X, Y, sample_weight=weights, verbose=0, callbacks=[PredictionDiversityLogger()]).history
    assert [history[key][0] for key in KEYS] == pytest.approx(reference(made, X[Y > 0]), rel=1e-5)
