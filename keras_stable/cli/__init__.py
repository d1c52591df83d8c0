"""The command line: `keras-stable train`, `audit`, `run`, `replay`, `explain`, `compare`, `export` and `schema`."""

from keras_stable.cli import auditing, exporting, fixing, programs, replaying, training
from keras_stable.cli.group import main

__all__ = ["auditing", "exporting", "fixing", "main", "programs", "replaying", "training"]
