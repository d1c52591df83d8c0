"""A script with changed sources, run up to its `fit` in a process of its own and audited there."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_stable.scripts.programs import SubjectProgram, UserProgram


@dataclass(frozen=True)
class Checked:
    """What an audit finds in a program with changed sources.

    Attributes:
        rules: mapping of the slugs of the rules that found something to the severity.
        verdict: str, of the audit, in a sentence.
        failure: str, why there was no audit: the program's own error; "" where there was one.
    """

    rules: Mapping[str, str]
    verdict: str = ""
    failure: str = ""


def checked_source(
    program: UserProgram | SubjectProgram, fit: int, texts: Mapping[str, str], options: Mapping[str, Any] | None = None
) -> Checked:
    """Runs a program with other texts in the place of some of its files, and audits what its `fit` is given.

    Args:
        program: what to run.
        fit: int, which call of `fit`, from 1.
        texts: mapping of path to text. The files themselves stay as they are.
        options: further arguments of `keras_stable.audit`, of plain data.
    """
    with tempfile.TemporaryDirectory() as directory:
        order, answer = Path(directory, "order.json"), Path(directory, "answer.json")
        asked = {"kind": type(program).__name__, "program": vars(program), "fit": fit, "texts": dict(texts)}
        order.write_text(json.dumps({**asked, "options": dict(options or {})}))
        command = [sys.executable, "-m", "keras_stable.scripts.source_checking", str(order), str(answer)]
        home = str(Path(__file__).parents[2])
        paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "TF_CPP_MIN_LOG_LEVEL": "3"}
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=environment)
        if answer.is_file():
            return Checked(**json.loads(answer.read_text()))
    lines = done.stderr.strip().splitlines()
    return Checked({}, failure=lines[-1] if lines else f"its process ended with code {done.returncode}")


def main(order: str, answer: str) -> None:
    """Does what an order in a file says, and writes the answer to another."""
    from keras_stable.imports import first_line
    from keras_stable.scripts.fit_audit import FitAudit
    from keras_stable.scripts.source_overlay import other_sources

    asked = json.loads(Path(order).read_text())
    texts = asked["texts"]
    session = FitAudit(_program(asked["kind"], asked["program"], texts), asked["fit"], asked["options"])
    with other_sources(texts):
        ending = session.run()
    error = session.refusal or ending.error
    if error is not None:
        result = Checked({}, failure=first_line(error))
    elif session.report is None:
        result = Checked({}, failure="it did not reach its `fit`")
    else:
        grades = {"advice": 0, "warning": 1, "error": 2}
        findings = sorted(session.report.findings, key=lambda finding: grades[finding.severity])
        result = Checked({finding.rule: finding.severity for finding in findings}, session.report.verdict)
    Path(answer).write_text(json.dumps(vars(result)))


def _program(kind: str, named: dict[str, Any], texts: Mapping[str, str]) -> UserProgram | SubjectProgram:
    if kind == "SubjectProgram":
        return SubjectProgram(**named)
    name = named["name"]
    script = texts.get(os.path.abspath(name), texts.get(name))
    return UserProgram(name, tuple(named["arguments"]), named["is_module"], script)


if __name__ == "__main__":
    main(*sys.argv[1:])
