"""The exceptions of keras_stable.

    KerasStableError
    ├── InvalidArgumentError (also a ValueError)   an argument, a key or a command line that cannot be right
    │   ├── ConfigError                            a config file; carries every mistake with its line
    │   └── DataError                              arrays, files or labels that cannot be trained on
    ├── CheckpointError                            a checkpoint that is damaged, or of another training
    ├── ExportError                                an export that does not agree with its model
    ├── ReplicaMismatchError                       replicas of a model whose weights are no longer the same
    ├── RunError                                   a run whose files cannot be written
    ├── UnsupportedKerasError (also a RuntimeError) a Keras on another backend, or without the known hooks
    └── WorkerLostError                            another process of the cluster has ended

The command line turns every `InvalidArgumentError` into its message and exit code 2, and every other
`KerasStableError` into its message and exit code 1.
"""

from typing import Any


class KerasStableError(Exception):
    """The root of every exception that keras_stable raises on purpose."""


class InvalidArgumentError(KerasStableError, ValueError):
    """Something the caller gave cannot be right."""


class ConfigError(InvalidArgumentError):
    """A config with mistakes; the message has one line for each, with its file and line number."""


class DataError(InvalidArgumentError):
    """Data that cannot be trained on: missing, unreadable, or with values that no training survives."""


class ExportError(KerasStableError):
    """An export that could not be written or does not agree with the model in memory."""


class ReplicaMismatchError(KerasStableError):
    """The replicas of a model are no longer the same: a bit of a weight differs between them."""


class CheckpointError(KerasStableError):
    """A checkpoint that is damaged, of another training, or of a newer version."""


class RunError(KerasStableError):
    """A run that cannot go on, as on a full disk; what it has written before is whole."""


class UnsupportedKerasError(KerasStableError, RuntimeError):
    """Keras does not run on TensorFlow, or does not have the hooks that keras_stable relies on."""


class WorkerLostError(KerasStableError):
    """Another process of the cluster has ended, so that this one cannot go on."""


def invalid_argument(argument: str, must_be: str, received: Any) -> InvalidArgumentError:
    """Returns the error for one bad argument, in the one form that all of them have.

    >>> str(invalid_argument("clipvalue", "a positive number or None", -1))
    '`clipvalue` must be a positive number or None. Received: clipvalue=-1'
    """
    return InvalidArgumentError(f"`{argument}` must be {must_be}. Received: {argument}={received!r}")
