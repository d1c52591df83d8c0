"""`Comparison`: what several configs came to."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keras_stable.reporting.plain_values import plain
from keras_stable.runs.comparison.compared_runs import ComparedRuns
from keras_stable.runs.comparison.config_differences import differences
from keras_stable.runs.comparison.run import Run

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True)
class Comparison(ComparedRuns):
    """The runs of several configs, and the tables, the page and the plain values that are made of them.

    Its attributes are those of `ComparedRuns`.
    """

    def table(self) -> "Table":
        """Returns the figures as a table for the terminal, with a column for each config; 80 characters wide."""
        from keras_stable.runs.comparison.terminal import terminal_table

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
        from keras_stable.reporting.page_file import check_page_path, write_page
        from keras_stable.runs.comparison.html import page

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
