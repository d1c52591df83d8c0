"""`Comparison`: what several configs came to."""

import os
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keras_stable import __version__
from keras_stable.comparison.differences import differences
from keras_stable.comparison.rows import aggregate
from keras_stable.comparison.run import Failure, Run
from keras_stable.config import Config
from keras_stable.reporting.plain import plain

if TYPE_CHECKING:
    from rich.table import Table

_PACKAGES = ("keras", "tensorflow", "numpy")


def environment() -> dict[str, str]:
    """Returns the versions that figures depend on, and the date."""
    versions = {"keras_stable": __version__, **{name: version(name) for name in _PACKAGES}}
    return {**versions, "python": platform.python_version(), "date": time.strftime("%Y-%m-%d")}


@dataclass(frozen=True)
class Comparison:
    """The runs of several configs, and the tables, the page and the plain values that are made of them.

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

    def table(self) -> "Table":
        """Returns the figures as a table for the terminal, with a column for each config; 80 characters wide."""
        from keras_stable.comparison.terminal import terminal_table

        return terminal_table(self.rows)

    def to_html(self, path: str | os.PathLike[str]) -> Path:
        """Writes one HTML file with the table, the curves and what each config changes; it needs no network.

        Args:
            path: where to; an earlier file is replaced, and missing directories are made.

        Returns:
            The absolute path of the file.

        Raises:
            InvalidArgumentError: the path cannot be written; nothing was.
        """
        from keras_stable.comparison.page import page
        from keras_stable.reporting.page_file import check_page_path, write_page

        check_page_path(path)
        return write_page(path, page(self))

    def to_dict(self) -> dict[str, Any]:
        """Returns everything as plain values for strict JSON; a number that is not finite becomes None."""
        content = {
            "environment": dict(self.environment),
            "interrupted": self.interrupted,
            "rows": self.rows,
            "differences": differences(self.configs),
            "configs": {label: config.model_dump(mode="json") for label, config in self.configs.items()},
            "runs": [_run(run) for run in self.runs],
            "failures": [{"config": one.label, "seed": one.seed, "message": one.message} for one in self.failures],
        }
        return plain(content)


def _run(run: Run) -> dict[str, Any]:
    curves = {
        "history": run.curves.history,
        "global_norm": run.curves.global_norm,
        "applied_norm": run.curves.applied_norm,
    }
    return {
        "config": run.label,
        "seed": run.seed,
        "seconds": run.seconds,
        "summary": run.summary.to_dict(),
        "curves": curves,
    }
