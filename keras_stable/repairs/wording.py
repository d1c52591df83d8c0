"""A repair in words."""

import math
from collections.abc import Iterator

from keras_stable.repairs.contents import Change, RepairContents
from keras_stable.reporting.numbers import significant


def plain_text(repair: RepairContents) -> str:
    """Returns what `print` shows."""
    return "\n".join(_lines(repair))


def headline(repair: RepairContents) -> str:
    """Returns the verdict with the figures, in one line."""
    text = repair.verdict[0].upper() + repair.verdict[1:]
    curves = repair.curves
    if not curves.figure:
        return f"{text}."
    rows = f"{curves.rows} rows" + (" that it was not trained on" if curves.apart else ", all that there are")
    return f"{text}: {curves.figure} {significant(curves.before)} -> {significant(curves.after)} on {rows}."


def cost(repair: RepairContents) -> str:
    """Returns what it took, in a sentence."""
    return f"It took {repair.trainings:.1f} trainings of the program."


def evidence(change: Change) -> str:
    """Returns what a change is worth."""
    if math.isnan(change.p_value):
        return f"right whatever the figures show; gain {change.gain:+.3f}"
    return f"gain {change.gain:+.3f}, p = {change.p_value:.2g}"


def _lines(repair: RepairContents) -> Iterator[str]:
    yield headline(repair)
    if repair.trainings:
        yield cost(repair)
    for number, change in enumerate(repair.changes, 1):
        yield ""
        yield f"{number}. {change.rule}, at {change.where} ({evidence(change)})"
        if change.location is not None:
            yield f"   {change.location}  {change.location.text}"
        if change.before:
            yield f"   - {change.before}"
        if change.after:
            yield f"   + {change.after}"
        yield f"   {change.why}"
    if repair.refused:
        yield ""
        yield "Not taken:"
        yield from (f"   {what}: {why}" for what, why in repair.refused.items())
