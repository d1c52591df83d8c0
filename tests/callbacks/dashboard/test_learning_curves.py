import keras
import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from keras_stable.callbacks.dashboard.learning_curves import LearningCurves, first_metric, plain_numbers
from keras_stable.reporting.dashboard_tags import LOSS


def test_an_epoch_with_many_steps_has_points_within_it_that_end_at_its_mean(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.01), "mse", metrics=["mae"])
    history = model.fit(
        np.ones((400, 2)), np.ones((400, 1)), batch_size=2, verbose=0, callbacks=[LearningCurves(tmp_path)]
    ).history
    events = EventAccumulator(str(tmp_path), size_guidance={"scalars": 0}).Reload()
    loss = events.Scalars(LOSS)
    assert [point.step for point in loss] == list(range(10, 201, 10))
    assert loss[-1].value == pytest.approx(history["loss"][0])
    assert loss[0].value > loss[-1].value
    assert events.Scalars("at a glance/2 mae")[-1].value == pytest.approx(history["mae"][0])
    assert [point.value for point in events.Scalars("rates/learning_rate")] == pytest.approx([0.01] * 20)
    assert events.Scalars("rates/steps_per_second")[0].value > 0


def test_the_rate_and_the_speed_of_every_epoch(shown):
    assert [point.step for point in shown.scalars("rates/learning_rate")] == [6, 12, 18]
    assert len(shown.scalars("rates/steps_per_second")) == 3
    assert [point.value for point in shown.scalars("gradients/clip_fraction")] == pytest.approx(
        shown.history["clip_fraction"]
    )


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["loss", "auc", "sparse_categorical_accuracy"], "sparse_categorical_accuracy"),
        (["loss", "val_accuracy", "grad_norm_max", "unique_classes", "audit_errors"], None),
        (["auc", "loss"], "auc"),
    ],
)
def test_what_stands_beside_the_loss(keys, expected):
    assert first_metric(keys) == expected


def test_what_is_not_one_number_is_left_out():
    assert plain_numbers({"loss": np.float32(2.0), "matrix": np.zeros((2, 2))}) == {"loss": 2.0}
