"""What the audit says of a program of the zoo, as rows of plain data."""

import gc
import time
from collections.abc import Iterator
from typing import Any

import keras

import keras_stable

from .program import Built, Healthy, Sick

AUDITED = (
    *("batch_size", "epochs", "validation_data", "shuffle", "class_weight", "validation_split"),
    *("sample_weight", "callbacks"),
)
"""The arguments of `fit` that a program may have and an audit takes."""

UNHURRIED = {"seconds": 600.0, "probe_seconds": 600.0}
"""An audit of the zoo takes a few seconds; on a busy machine the usual limit would say what it has time to look at."""

Row = dict[str, Any]


def stages(program: Healthy | Sick) -> tuple[str, ...]:
    """Returns when a program is audited: a healthy one before and after its training."""
    return (program.stage,) if isinstance(program, Sick) else ("before", "after")


def train(built: Built) -> keras.callbacks.History:
    """Fits a program by its own arguments; returns the history."""
    model, x, y, arguments = built
    return model.fit(x, y, verbose=0, **arguments)


def audit(built: Built, history: keras.callbacks.History | None = None) -> Any:
    """Audits a program with those of its fit arguments that an audit takes."""
    model, x, y, arguments = built
    taken = {name: value for name, value in arguments.items() if name in AUDITED}
    return keras_stable.audit(model, x, y, history=history, **taken, **UNHURRIED)


def examined(program: Healthy | Sick, seed: int) -> Iterator[Row]:
    """Yields a row for each stage of a program, all from one model: an audit leaves it as it was.

    What fails is noted in the row of the stage in which it failed, and no later stage is reached.
    """
    keras.backend.clear_session()
    gc.collect()
    started = time.perf_counter()
    built = None
    for stage in stages(program):
        row: Row = {"program": program.name, "stage": stage, "seed": seed}
        try:
            built = built or program.build(seed)
            history = train(built) if stage == "after" else None
            row["prepared_seconds"] = round(time.perf_counter() - started, 1)
            started = time.perf_counter()
            row |= said(audit(built, history))
        except Exception as error:  # noqa: BLE001 - one broken program must not hide the others
            row["failed"] = f"{type(error).__name__}: {error}".splitlines()[0]
        row["seconds"] = round(time.perf_counter() - started, 1)
        started = time.perf_counter()
        yield row
        if "failed" in row:
            return


def reached(program: Healthy | Sick, seed: int) -> Row:
    """Returns a row with what a program reaches by its own fit; there is no audit."""
    keras.backend.clear_session()
    gc.collect()
    row: Row = {"program": program.name, "stage": "after", "seed": seed}
    started = time.perf_counter()
    try:
        logs = train(program.build(seed)).history
        row["reached"] = {name: float(values[-1]) for name, values in logs.items()}
        if "val_loss" in logs:
            row["reached"]["best val_loss"] = float(min(logs["val_loss"]))
    except Exception as error:  # noqa: BLE001 - one broken program must not hide the others
        row["failed"] = f"{type(error).__name__}: {error}".splitlines()[0]
    row["seconds"] = round(time.perf_counter() - started, 1)
    return row


def said(report: Any) -> Row:
    """Returns what a report says, in its order."""
    return {
        "verdict": report.verdict,
        "state": report.facts["learning"].state,
        "findings": [
            {
                "rule": finding.rule,
                "severity": finding.severity,
                "score": finding.score,
                "cause": finding.cause,
                "where": finding.where,
            }
            for finding in report.findings
        ],
        "crashed": dict(report.crashed),
    }
