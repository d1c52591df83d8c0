"""The report of an audit: its contents, and the ways to show them."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keras_stable.diagnosis.reporting.contents import ReportContents

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True)
class Report(ReportContents):
    """What an audit found. `print(report)` is the same table as on the terminal, without colour.

    Its attributes are those of `ReportContents`.

    >>> print(Report(passed=("unscaled-inputs",)))
    Nothing wrong was found.
    <BLANKLINE>
    No errors, no warnings, no advice.
    <BLANKLINE>
    Passed: 1 rule
    """

    def to_html(self, path: str | os.PathLike[str]) -> Path:
        """Writes one HTML file with the findings and pictures of the facts; it needs no network.

        Args:
            path: where to; an earlier file is replaced, and missing directories are made.

        Returns:
            The absolute path of the file.

        Raises:
            InvalidArgumentError: the path cannot be written; then nothing is.
        """
        from keras_stable.diagnosis.reporting.html import page
        from keras_stable.reporting.page_file import check_page_path, write_page

        check_page_path(path)
        return write_page(path, page(self))

    def to_text(self, details: bool = False, width: int = 100) -> str:
        """Returns what `print` shows.

        Args:
            details: bool, whether to show every place, what to do about what a cause explains, and the names of the
                rules that were skipped or passed.
            width: int, characters in a line.
        """
        from keras_stable.diagnosis.reporting.terminal import plain_text

        return plain_text(self, details, width)

    def __str__(self) -> str:
        return self.to_text()

    def __rich__(self) -> "RenderableType":
        from keras_stable.diagnosis.reporting.terminal import renderable

        return renderable(self)
