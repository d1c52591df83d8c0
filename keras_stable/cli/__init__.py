"""The command line: `keras-stable train`, `audit`, `run`, `replay`, `explain`, `compare`, `export` and `schema`."""

from keras_stable.cli import auditing, programs, replaying, training
from keras_stable.cli.group import main

__all__ = ["auditing", "main", "programs", "replaying", "training"]
