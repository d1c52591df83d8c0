"""The command line: `keras-stable train`, `audit`, `run`, `explain`, `compare`, `export` and `schema`."""

from keras_stable.cli import auditing, exporting, programs, training
from keras_stable.cli.group import main

__all__ = ["auditing", "exporting", "main", "programs", "training"]
