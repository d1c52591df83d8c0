"""`Progress`: how far a `fit` has come, as a checkpoint says it, and the way there."""

from typing import Any

import tensorflow as tf

from keras_stable.checkpoints.archive import Archive
from keras_stable.checkpoints.data_order import ArrayOrder, element_spec
from keras_stable.checkpoints.data_state import DataState
from keras_stable.checkpoints.epoch_steps import EpochSteps, Follower, Position
from keras_stable.checkpoints.plain_values import Encoder
from keras_stable.checkpoints.training_state import TrainingState, decoded_logs, encoded_logs
from keras_stable.errors import CheckpointError
from keras_stable.keras_private import build_for, set_first_epoch


class Progress(Follower):
    """Where a `fit` is, in its epochs, its steps and its data.

    Args:
        model: what is trained.
        iterator: the epoch iterator of `fit`; None where `fit` is not Keras's own.
        state: that of the training.
        order_seed: int, for the order of arrays.
        archive: the checkpoint to go on from; None begins.

    Attributes:
        epoch: int, the one that is going on, from 0.
        step: int, batches trained on since the very first.
        obstacles: list of str, why an epoch cannot be resumed in its middle.
    """

    def __init__(
        self, model: Any, iterator: Any, state: TrainingState, order_seed: int, archive: Archive | None
    ) -> None:
        self._model, self._iterator, self._state, self._archive = model, iterator, state, archive
        self.epoch, self.step = 0, 0
        self._logs: dict[str, Any] = {}
        self._logs_before_death: dict[str, Any] | None = None
        self._between_epochs = True
        self.obstacles = ["a `fit` that is not Keras's own"]
        if iterator is not None:
            self._steps = EpochSteps(iterator, self)
            self.obstacles = self._steps.obstacles
            self._order = ArrayOrder(iterator, order_seed)
            self._data = DataState(iterator)

    def resume(self) -> None:
        """Has the `fit` that begins go on from the checkpoint.

        Raises:
            CheckpointError: the checkpoint is of another training.
        """
        archive = self._resumed()
        position = Position.from_dict(archive.state.get("position"))
        if self.obstacles and position.done:
            raise CheckpointError(f"{archive.path} is from within an epoch, and its data come from {self.obstacles[0]}")
        self.epoch, self.step = position.epoch, _count(archive.state.get("step"))
        self._build()
        if not position.done or self._state.fits(archive):
            self._state.restore_variables(archive)
        self._state.restore_rest(archive)
        if self._iterator is not None and not self.obstacles:
            self._data.restore_data(archive.state.get("data"), self._state.decoder(archive))
            self._steps.go_to(position)
        # A training that was stopped runs no epoch more.
        set_first_epoch(self._model, 2**31 if self._model.stop_training and not position.done else position.epoch)

    def begin_epoch(self, epoch: int) -> None:
        """Called when an epoch begins."""
        self.epoch, self._between_epochs = epoch, False
        if self._iterator is not None:
            self._steps.epoch = epoch

    def end_batch(self, logs: dict[str, Any]) -> None:
        """Called when a batch ends."""
        self._logs, self._logs_before_death = logs, None
        self.step += self._model.steps_per_execution

    def end_epoch(self, epoch: int) -> None:
        """Called when an epoch ends, before its checkpoint."""
        self._logs_before_death = None
        self.epoch, self._between_epochs = epoch + 1, True

    def logs_of_finished_epoch(self) -> dict[str, Any] | None:
        """Returns what the steps of an epoch came to that had all ended before a death; None where one was left."""
        return self._logs_before_death

    def capture(self, encoder: Encoder) -> dict[str, Any]:
        """Returns all that a checkpoint holds of this moment as JSON."""
        position = self._next_position() if self._between_epochs else self._steps.position()
        return {
            "position": position.to_dict(),
            "step": self.step,
            "logs": None if self._between_epochs else encoded_logs(self._logs, encoder),
            "data": None if self._iterator is None else self._data.capture(encoder),
            **self._state.capture(encoder),
        }

    def _next_position(self) -> Position:
        if self._iterator is None:
            return Position(self.epoch, 0, 0, 0, 0, None, False, 1, None)
        position = self._steps.next_position(self.epoch)
        if not (position.going_on and position.taken):
            self._data.keep()
        return position

    def pass_begins(self, number: int) -> None:
        self._order.begin_pass(number)

    def keep_data_state(self) -> None:
        self._data.keep()

    def restore_data_state(self) -> None:
        archive = self._resumed()
        self._data.restore(archive.state.get("data"), self._state.decoder(archive))

    def read_again(self, batches: Any) -> bool:
        # A model, an optimizer or a metric that gets its variables in its first step runs one that does not count.
        if self._state.fits(self._resumed()):
            return False
        self._model.train_function(batches)
        return True

    def skipped(self) -> bool:
        archive, done = self._resumed(), self._steps.done
        if not done:
            return True
        self._state.restore_variables(archive)
        self._state.restore_rest(archive, host_random=self._data.host_was_left_alone)
        self._logs = decoded_logs(archive.state.get("logs"), self._state.decoder(archive))
        results = {name: float(value) for name, value in self._model.get_metrics_result().items()}
        self._logs_before_death = results if results.keys() == self._logs.keys() else self._logs
        return not self._model.stop_training

    def _resumed(self) -> Archive:
        if self._archive is None:
            raise CheckpointError("There is no checkpoint to go on from")
        return self._archive

    def _build(self) -> None:
        """Makes the variables that Keras makes in the first step, as far as the data say of what shape they are."""
        if self._iterator is None or self._state.fits(self._resumed()):
            return
        batch = element_spec(self._iterator)
        if all(isinstance(spec, tf.TensorSpec) for spec in tf.nest.flatten(batch)):
            try:
                build_for(self._model, batch)
            except Exception:  # noqa: BLE001 - a model with steps of its own: its first step, run again, builds it
                return


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise CheckpointError("The checkpoint does not say how many steps were trained")
    return value
