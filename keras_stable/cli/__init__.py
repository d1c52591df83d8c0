"""The command line: `keras-stable train`, `audit`, `explain`, `compare`, `export` and `schema`."""

from keras_stable.cli import auditing, training
from keras_stable.cli.group import main

__all__ = ["auditing", "main", "training"]
