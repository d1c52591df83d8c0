"""The files that a report is written to, and the report on the terminal."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from keras_stable.cli.progress import status


@dataclass(frozen=True)
class ReportFiles:
    """Where a report goes besides the terminal.

    Attributes:
        json, html, sarif: paths, or None.
    """

    json: Path | None = None
    html: Path | None = None
    sarif: Path | None = None

    def check(self) -> None:
        """Raises InvalidArgumentError where one cannot be written, before anything takes time."""
        from keras_stable.reporting.page_file import check_page_path

        for option, path in (("json", self.json), ("html", self.html), ("sarif", self.sarif)):
            if path is not None:
                check_page_path(path, option)

    def write(self, report: Any) -> None:
        """Writes them. They come before the text, because the text may go to a pipe that is closed."""
        from keras_stable.reporting.page_file import write_page

        if self.json is not None:
            write_page(self.json, report.to_json() + "\n", "json")
        if self.sarif is not None:
            write_page(self.sarif, report.to_sarif() + "\n", "sarif")
        if self.html is not None:
            with status() as say:
                say("Drawing the page")
                report.to_html(self.html)

    def tell(self) -> None:
        """Prints where they are."""
        for name, path in (("JSON", self.json), ("SARIF", self.sarif), ("Page", self.html)):
            if path is not None:
                click.echo(f"{name}: {path}")


def show(report: Any, details: bool, files: ReportFiles) -> None:
    """Prints the report, and where its files are."""
    from keras_stable.diagnosis.reporting.terminal import print_report

    print_report(report, details)
    files.tell()
