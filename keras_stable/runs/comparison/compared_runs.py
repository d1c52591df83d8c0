"""The runs of several configs, as data; how they are shown lies above."""

import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from typing import Any

from keras_stable import __version__
from keras_stable.config import Config
from keras_stable.runs.comparison.rows import aggregate
from keras_stable.runs.comparison.run import Failure, Run

_PACKAGES = ("keras", "tensorflow", "numpy")


def environment() -> dict[str, str]:
    """Returns the versions that figures depend on, and the date."""
    versions = {"keras_stable": __version__, **{name: version(name) for name in _PACKAGES}}
    return {**versions, "python": platform.python_version(), "date": time.strftime("%Y-%m-%d")}


@dataclass(frozen=True)
class ComparedRuns:
    """The runs of several configs, as data: what the table, the page and JSON are made from.

    Attributes:
        configs: each `Config` by its label, which is its name, with a number where two have the same.
        runs: the runs that ended, config by config and seed by seed.
        failures: the runs that an exception ended.
        interrupted: bool; whether Ctrl-C ended the comparison, so that runs are missing.
        environment: versions and the date.
    """

    configs: Mapping[str, Config]
    runs: tuple[Run, ...]
    failures: tuple[Failure, ...] = ()
    interrupted: bool = False
    environment: Mapping[str, str] = field(default_factory=environment)

    def runs_of(self, label: str) -> list[Run]:
        """Returns the runs of one config, by seed."""
        return [run for run in self.runs if run.label == label]

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The figures of each config over its seeds, as plain dicts; their keys are in `aggregate`."""
        return [aggregate(label, self.runs_of(label)) for label in self.configs]
