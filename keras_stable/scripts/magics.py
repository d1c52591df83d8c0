"""`%%audit` for notebooks: a cell as the subject, after `%load_ext keras_stable`."""

import argparse
import contextlib
import io
from dataclasses import dataclass
from typing import Any

from keras_stable.diagnosis.reporting.report import Report
from keras_stable.scripts.fit_audit import FitAudit

_USAGE = "%%audit [--fit N] [--seconds S] [--html PATH]"


def register(shell: Any) -> None:
    """Registers the cell magic `audit` with a shell of IPython."""

    def run_audit(line: str, cell: str) -> Report | None:
        return audit_cell(shell, line, cell)

    shell.register_magic_function(run_audit, "cell", "audit")


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook, as a program.

    Attributes:
        shell: of IPython.
        source: str.
    """

    shell: Any
    source: str

    name = "the cell"

    def run(self) -> None:
        """Runs it in the notebook's namespace; what it raises comes out as it is."""
        # IPython's own name for a cell finds its lines again.
        name = self.shell.compile.cache(self.source, self.shell.execution_count)
        exec(compile(self.shell.transform_cell(self.source), name, "exec"), self.shell.user_ns)


def audit_cell(shell: Any, line: str, cell: str) -> Report | None:
    """Runs a cell up to its `fit`, audits what that was given, and ends the cell there.

    Args:
        shell: of IPython.
        line: str, the options: `--fit N`, `--seconds S`, `--html PATH`.
        cell: str, the source.

    Returns:
        The report, which IPython shows; None where there is none, after a line that says why.
    """
    options = _options(line)
    if options is None:
        return None
    session = FitAudit(Cell(shell, cell), options.fit, {"seconds": options.seconds})
    ending = session.run()
    if session.refusal is not None:
        raise session.refusal
    if ending.error is not None and session.report is None:
        raise ending.error
    if session.report is None:
        print(f"The cell ended without the `fit` that was asked for: it called `fit` {session.calls} times.")
    elif options.html:
        print(f"Page: {session.report.to_html(options.html)}")
    return session.report


def _options(line: str) -> argparse.Namespace | None:
    parser = argparse.ArgumentParser(prog="%%audit", add_help=False)
    parser.add_argument("--fit", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--html")
    with contextlib.redirect_stderr(io.StringIO()) as said:
        try:
            return parser.parse_args(line.split())
        except SystemExit:
            problem = said.getvalue().strip().rpartition("error: ")[2]
            print(f"The line must be {_USAGE}. Received: {line.strip()!r} ({problem})")
            return None
