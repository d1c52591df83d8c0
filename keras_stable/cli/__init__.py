"""The command line: `keras-stable train`, `audit`, `run`, `explain`, `compare`, `export` and `schema`."""

from keras_stable.cli import auditing, fixing, programs, training
from keras_stable.cli.group import main

__all__ = ["auditing", "fixing", "main", "programs", "training"]
