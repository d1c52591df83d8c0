"""Keras's own TensorBoard callback beside the dashboard, in both orders."""

import keras
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from keras_stable.callbacks import Dashboard
from keras_stable.callbacks.dashboard.keras_scalars import KerasScalars


def tags(directory):
    return EventAccumulator(str(directory)).Reload().Tags()


@pytest.fixture(scope="module")
def both(build, samples, tmp_path_factory):
    """A training with one before the dashboard, one after it, and one of another directory."""
    root = tmp_path_factory.mktemp("both")
    x, y = samples
    boards = [keras.callbacks.TensorBoard(str(root / name), histogram_freq=1) for name in ("run", "run/later", "own")]
    callbacks = [boards[0], Dashboard(root / "run"), *boards[1:]]
    build("adam").fit(x, y, validation_data=(x, y), verbose=0, callbacks=callbacks)
    return root, boards


@pytest.mark.parametrize("name", ["run", "run/later"])
def test_nothing_is_shown_twice(both, name):
    for run in ("train", "validation"):
        written = tags(both[0] / name / run) if (both[0] / name / run).is_dir() else {"scalars": [], "tensors": []}
        names = [*written["scalars"], *written["tensors"]]
        assert not [tag for tag in names if tag.startswith(("epoch_", "evaluation_"))]


def test_what_the_dashboard_does_not_show_stays(both):
    assert any(tag.endswith("/histogram") for tag in tags(both[0] / "run" / "train")["tensors"])


def test_that_of_another_directory_is_left_alone(both):
    names = tags(both[0] / "own" / "train")["tensors"]
    assert {"epoch_loss", "epoch_accuracy"} <= set(names)


def test_afterwards_it_writes_again(both):
    assert not {"on_epoch_end", "on_test_end"} & {name for board in both[1] for name in vars(board)}


def test_directories_above_and_below_are_the_same_to_tensorboard(tmp_path):
    boards = {name: keras.callbacks.TensorBoard(str(tmp_path / name)) for name in ("a", "a/b", "ab", "c")}
    quiet = KerasScalars(boards.values(), str(tmp_path / "a"))
    assert {name for name, board in boards.items() if "on_epoch_end" in vars(board)} == {"a", "a/b"}
    quiet.give_back()
    remote = KerasScalars([keras.callbacks.TensorBoard("gs://bucket/a")], "gs://bucket/a/")
    assert len(remote._quiet) == 1
