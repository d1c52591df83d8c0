"""Judges the audit by the programs of tests/diagnosis/zoo: what it finds in sick ones, and if it spares the others.

python tools/audit_zoo.py                                every program, healthy ones before and after training
python tools/audit_zoo.py --kind healthy --seeds 3
python tools/audit_zoo.py --only conv_net xor_tanh --json zoo.json
python tools/audit_zoo.py --train                        no audit: what each program reaches by its own fit
"""

import argparse
import gc
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "diagnosis"))

import keras
from zoo import HEALTHY, SICK, Healthy, Sick

import keras_stable

AUDITED = ("batch_size", "epochs", "validation_data", "shuffle", "class_weight", "validation_split")
COUNTED = ("warning", "error")

Row = dict[str, Any]


def causes(report: Any) -> list[str]:
    """Returns the slugs of the findings at warning or above, in the report's order, each once."""
    named = [
        getattr(finding.rule, "slug", finding.rule)
        for finding in report.findings
        if str(getattr(finding.severity, "name", finding.severity)).lower() in COUNTED
    ]
    return list(dict.fromkeys(named))


def train(built: tuple[Any, ...]) -> keras.callbacks.History:
    """Fits a program by its own arguments; returns the history."""
    model, x, y, fit_arguments = built
    return model.fit(x, y, verbose=0, **fit_arguments)


def audit(built: tuple[Any, ...], history: keras.callbacks.History | None) -> Any:
    """Audits a program with those of its fit arguments that an audit takes."""
    model, x, y, fit_arguments = built
    given = {name: value for name, value in fit_arguments.items() if name in AUDITED}
    return keras_stable.audit(model, x, y, history=history, **given)


def judge(program: Healthy | Sick, report: Any) -> Row:
    """Returns what a report is worth on this program."""
    found = causes(report)
    row: Row = {"flagged": bool(found), "causes": found, "first": found[0] if found else None}
    row["crashed"] = [f"{rule}: {error}" for rule, error in report.crashed.items()]
    if isinstance(program, Sick):
        row["right"] = bool(program.causes & set(found))
        row["right_first"] = bool(found) and found[0] in program.first_causes
        row["raised"] = program.rule is None or bool(report.of(program.rule))
    return row


def examine(program: Healthy | Sick, stage: str, seed: int, *, only_train: bool) -> Row:
    """Builds, trains where the stage asks for it, and audits one program; a failure is noted in the row."""
    keras.backend.clear_session()
    gc.collect()
    row: Row = {"name": program.name, "kind": type(program).__name__.lower(), "stage": stage, "seed": seed}
    started = time.perf_counter()
    try:
        built = program.build(seed)
        history = train(built) if only_train or stage == "after" else None
        if history is not None:
            row["reached"] = {name: float(values[-1]) for name, values in history.history.items()}
            if "val_loss" in history.history:
                row["reached"]["best val_loss"] = float(min(history.history["val_loss"]))
        if not only_train:
            started = time.perf_counter()
            row |= judge(program, audit(built, history))
    except Exception as error:  # noqa: BLE001 - one broken program must not hide the others
        row["failed"] = f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"
    row["seconds"] = round(time.perf_counter() - started, 1)
    return row


def line(row: Row) -> str:
    """Returns a row as text."""
    head = f"{row['name']:38} {row['stage']:6} {row['seed']} {row['seconds']:6.1f} s  "
    if "failed" in row:
        return head + f"FAILED {row['failed'][:150]}"
    if "causes" not in row:
        return head + "  ".join(f"{name} {value:.4g}" for name, value in row["reached"].items())
    verdict = {True: "right", False: "wrong"}
    marks = ["flagged" if row["flagged"] else "silent "]
    if "right" in row:
        marks += [f"cause {verdict[row['right']]}", f"first {verdict[row['right_first']]}"]
        marks += [] if row["raised"] else ["rule silent"]
    crashed = f"  CRASHED {'; '.join(row['crashed'])}" if row["crashed"] else ""
    return head + "  ".join([*marks, ", ".join(row["causes"]) or "-"]) + crashed


def share(rows: list[Row], key: str) -> str:
    """Returns "k of n (p %)"; a row that failed counts as not having it."""
    count = sum(bool(row.get(key)) for row in rows)
    return f"{count} of {len(rows)} ({100 * count / len(rows):.0f} %)" if rows else "0 of 0"


def totals(rows: list[Row]) -> dict[str, str]:
    """Returns the rates over every row."""
    sick = [row for row in rows if row["kind"] == "sick"]
    made = [row for row in sick if SICK[row["name"]].rule]
    reported = [row for row in sick if not SICK[row["name"]].rule]
    result = {}
    for stage in ("before", "after"):
        chosen = [row for row in rows if row["kind"] == "healthy" and row["stage"] == stage]
        result[f"healthy flagged, {stage} training"] = share(chosen, "flagged")
    for name, chosen in (("made for a rule", made), ("of a kind that people report", reported), ("all", sick)):
        result[f"sick ({name}) flagged"] = share(chosen, "flagged")
        result[f"sick ({name}) with a right cause"] = share(chosen, "right")
        result[f"sick ({name}) with a right cause first"] = share(chosen, "right_first")
    result["sick (made for a rule) whose rule speaks, be it as advice"] = share(made, "raised")
    result["failed"] = share(rows, "failed")
    result["with a crashed rule"] = share(rows, "crashed")
    return result


def arguments() -> argparse.Namespace:
    """Returns the parsed command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="names of programs")
    parser.add_argument("--kind", choices=["healthy", "sick"])
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="seeds 0 to N - 1 of each program")
    parser.add_argument("--train", action="store_true", help="train only, and print what each program reaches")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write rows and totals there")
    return parser.parse_args()


def main() -> int:
    """Runs the zoo; returns 0, or 2 for an unknown name."""
    options = arguments()
    programs: dict[str, Healthy | Sick] = {}
    programs |= HEALTHY if options.kind != "sick" else {}
    programs |= SICK if options.kind != "healthy" else {}
    if unknown := set(options.only or ()) - set(programs):
        print(f"--only must name programs of the zoo. Received: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    rows = []
    for name in options.only or programs:
        program = programs[name]
        stages = ("before", "after") if isinstance(program, Healthy) else (program.stage,)
        for seed in range(options.seeds):
            for stage in stages[-1:] if options.train else stages:
                rows.append(examine(program, stage, seed, only_train=options.train))
                print(line(rows[-1]), flush=True)
    summary = totals(rows)
    if not options.train:
        print("\n" + "\n".join(f"{name:50} {value}" for name, value in summary.items()))
    if options.json:
        options.json.write_text(json.dumps({"rows": rows, "totals": summary}, indent=2), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
