import math

import pytest

from keras_stable.diagnosis import logs


@pytest.mark.parametrize(
    ("logged", "expected"),
    [
        ({"loss": 3.0, "accuracy": 0.5}, 3.0),
        ({"loss": 3.0, "reconstruction_loss": 2.0, "kl_loss": 1.0}, 3.0),
        ({"total_loss": 3.0, "kl_loss": 1.0}, 3.0),
        ({"train_loss": 3.0}, 3.0),
        ({"reconstruction_loss": 1.0, "kl": 2.0}, 3.0),
        ({"d_loss": 1.0, "g_loss": 2.0, "val_d_loss": 50.0}, 3.0),
        ({"Loss": 3.0}, 3.0),
        ({"accuracy": 0.5, "loss_scale": 32768.0, "lossless": 4.0}, math.nan),
    ],
)
def test_the_total_of_what_a_step_logs(logged, expected):
    assert logs.total(logged) == pytest.approx(expected, nan_ok=True)


def test_losses_without_a_total_are_told_from_one():
    assert not logs.has_total(["d_loss", "g_loss", "accuracy"])
    assert not logs.has_total(["accuracy"])
    assert logs.has_total(["contrastive_loss", "accuracy"])
    assert logs.has_total(["loss", "kl_loss"])


def test_dictionaries_inside_become_part_of_the_log():
    assert logs.flat({"loss": 1.0, "a": {"mae": 2.0, "b": {"mse": 3.0}}}) == {"loss": 1.0, "mae": 2.0, "mse": 3.0}
