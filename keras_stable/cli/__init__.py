"""The command line: `keras-stable train`, `audit`, `run`, `explain`, `compare`, `export` and `schema`."""

from keras_stable.cli import auditing, exporting, fixing, programs, training
from keras_stable.cli.group import main

__all__ = ["auditing", "exporting", "fixing", "main", "programs", "training"]
