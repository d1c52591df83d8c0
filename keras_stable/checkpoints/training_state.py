"""`TrainingState`: everything that the rest of a training depends on, captured and restored."""

from typing import Any

import keras

from keras_stable.checkpoints.archive import Archive
from keras_stable.checkpoints.log_files import read_csv, set_csv
from keras_stable.checkpoints.object_states import ObjectState
from keras_stable.checkpoints.plain_values import Decoder, Encoder, NotPlainError
from keras_stable.checkpoints.random_states import (
    capture_host_states,
    capture_tensorflow_states,
    host_states,
    restore_host_states,
    restore_tensorflow_states,
)
from keras_stable.checkpoints.variables import capture_variables, fits, restore_variables, training_variables
from keras_stable.errors import CheckpointError


class TrainingState:
    """The state of a model, its callbacks and the random numbers, while `fit` runs.

    Args:
        model: what is trained.
        callbacks: list of callbacks that have a state.
    """

    def __init__(self, model: Any, callbacks: list[Any]) -> None:
        self._model = model
        self._callbacks = [(_name(callback), callback, _state_of(callback)) for callback in callbacks]

    def encoder(self) -> Encoder:
        """Returns an encoder that knows the variables of the training."""
        return Encoder(training_variables(self._model))

    def capture(self, encoder: Encoder) -> dict[str, Any]:
        """Returns the state as JSON; the encoder has its arrays."""
        return {
            "variables": capture_variables(training_variables(self._model), encoder),
            "host_random": capture_host_states(host_states(), encoder),
            "tensorflow_random": capture_tensorflow_states(encoder),
            "callbacks": [[name, state.capture(encoder)] for name, _, state in self._callbacks],
            "csv": self.csv(),
            "stop_training": bool(self._model.stop_training),
        }

    def fits(self, archive: Archive) -> bool:
        """Returns whether the model has all its variables already, and they are those of a checkpoint."""
        return fits(training_variables(self._model), archive.state.get("variables"))

    def restore_variables(self, archive: Archive) -> None:
        """Sets all variables.

        Raises:
            CheckpointError: they are not those of the checkpoint.
        """
        variables = training_variables(self._model)
        restore_variables(variables, archive.state.get("variables"), Decoder(archive.arrays, variables))

    def restore_rest(self, archive: Archive, *, host_random: bool = True) -> None:
        """Sets everything but the variables and the CSV files.

        Args:
            archive: the checkpoint.
            host_random: bool, whether the states of Python's and NumPy's random numbers are set. Default True.

        Raises:
            CheckpointError: the checkpoint cannot be read.
        """
        decoder = self.decoder(archive)
        kept = [pair for pair in archive.state.get("callbacks", []) if isinstance(pair, list) and len(pair) == 2]
        for name, _, state in self._callbacks:
            for index, (kept_name, content) in enumerate(kept):
                if kept_name == name:
                    state.restore(content, decoder)
                    del kept[index]
                    break
        self._model.stop_training = archive.state.get("stop_training") is True
        restore_tensorflow_states(archive.state.get("tensorflow_random"), decoder)
        if host_random:
            restore_host_states(archive.state.get("host_random"), decoder)

    def csv(self) -> list[str | None]:
        """Returns what the files of the CSVLoggers hold."""
        return [read_csv(callback) for callback in self._csv_loggers()]

    def restore_csv(self, texts: Any) -> None:
        """Sets the files of the CSVLoggers back to what they held.

        Raises:
            CheckpointError: these are no texts.
        """
        if not isinstance(texts, list):
            raise CheckpointError("The checkpoint does not say what the CSV files held")
        for callback, text in zip(self._csv_loggers(), texts, strict=False):
            set_csv(callback, text)

    def decoder(self, archive: Archive) -> Decoder:
        """Returns a decoder that knows the variables of the training."""
        return Decoder(archive.arrays, training_variables(self._model))

    def _csv_loggers(self) -> list[Any]:
        return [callback for _, callback, _ in self._callbacks if isinstance(callback, keras.callbacks.CSVLogger)]


def with_nested(callbacks: list[Any]) -> list[Any]:
    """Returns callbacks and those that they hold in a list and run themselves, each once."""
    pending, unique = list(reversed(callbacks)), {}
    while pending:
        callback = pending.pop()
        if id(callback) not in unique:
            unique[id(callback)] = callback
            held = [inner for value in vars(callback).values() if isinstance(value, list) for inner in value]
            pending += [inner for inner in reversed(held) if isinstance(inner, keras.callbacks.Callback)]
    return list(unique.values())


def encoded_logs(logs: dict[str, Any], encoder: Encoder) -> Any:
    """Returns the logs of a step as JSON; None where they hold something else than numbers and arrays."""
    try:
        return encoder.encode(dict(logs))
    except NotPlainError:
        return None


def decoded_logs(content: Any, decoder: Decoder) -> dict[str, Any]:
    """Returns the logs again.

    Raises:
        CheckpointError: they are none.
    """
    logs = decoder.decode(content)
    if logs is not None and not isinstance(logs, dict):
        raise CheckpointError("The checkpoint holds no logs")
    return logs or {}


def _state_of(callback: Any) -> ObjectState:
    # Whether a CSVLogger still has to write a header depends on its file.
    names = ("keys",) if isinstance(callback, keras.callbacks.CSVLogger) else None
    return ObjectState(callback, names)


def _name(callback: Any) -> str:
    return f"{type(callback).__module__}.{type(callback).__qualname__}"
