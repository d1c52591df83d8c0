"""Measures how often the audit's findings are right, and writes the table that `Finding.confidence` comes from.

python tools/calibrate.py            from golden/ and what the programs of the zoo accept as right:
                                     keras_stable/diagnosis/judging/confidence_table.py and docs/confidence.md
python tools/calibrate.py --check    exits 1 when one of them is not what would be written
"""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "diagnosis"))

from reliability import Case, predicted
from reliability_page import page, table
from zoo import HEALTHY, SICK, verdicts
from zoo.verdicts import Verdict

from keras_stable.diagnosis.judging.calibration import standing

ROOT = Path(__file__).resolve().parent.parent
TABLE = "keras_stable/diagnosis/judging/confidence_table.py"
PAGE = "docs/confidence.md"


def cases_of(kept: Mapping[str, Verdict]) -> Iterator[Case]:
    """Yields a case for each rule that an audit of the zoo names, once for each way in which it stands there.

    It is right where the program is sick and accepts the rule as a cause, or as the first one.
    """
    for name, verdict in kept.items():
        program = name.split()[0]
        accepted = SICK[program].causes | SICK[program].first_causes if program in SICK else frozenset()
        first = verdict.causes[0].rule if verdict.causes else ""
        seen = set()
        for statement in verdict.statements:
            kind = standing(statement.severity, statement.cause, statement.rule == first)
            if (statement.rule, kind) not in seen:
                yield Case(program, kind, statement.score, statement.rule in accepted)
            seen.add((statement.rule, kind))


def generated() -> dict[str, str]:
    """Returns the text of every file, by its path from the repository's root.

    Raises:
        SystemExit: golden/ lacks verdicts.
    """
    kept = verdicts.read()
    expected = {f"{name} {stage}" for name in HEALTHY for stage in ("before", "after")}
    expected |= {f"{name} {program.stage}" for name, program in SICK.items()}
    if missing := sorted(expected - kept.keys()):
        raise SystemExit(
            f"golden/ must hold every program: run tools/audit_zoo.py --golden --write. "
            f"Missing: {len(missing)}, the first: {missing[0]}"
        )
    cases = list(cases_of(kept))
    counts = (len(SICK), len(HEALTHY), len(kept))
    said = predicted(cases)
    return {TABLE: table(cases, said, counts), PAGE: page(cases, said, counts)}


def main() -> int:
    """Writes or checks both files, and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is stale")
    check = parser.parse_args().check
    files = {ROOT / name: text for name, text in generated().items()}
    stale = [path for path, text in files.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        if check:
            print(f"{path.relative_to(ROOT)} is stale: run `python tools/calibrate.py`", file=sys.stderr)
        else:
            path.write_text(files[path], encoding="utf-8")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
