"""Measures that help many programs, for where what was found names no cure, or not the whole of it."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Compiled, Output, Plan, Structure
from keras_stable.diagnosis.reporting.contents import ReportContents
from keras_stable.diagnosis.reporting.finding import Finding
from keras_stable.diagnosis.rules._edits import relu, width_argument
from keras_stable.repairs.remedies import Remedy

GUARDED, FASTER = (
    Edit("replace", "optimizer", value=f"keras_stable.optimizers.AdamW(learning_rate={rate})") for rate in (0.001, 0.01)
)
_USUAL_RATES = (5e-4, 5e-3)
_DEEP = 5
_FEW_STEPS, _VERY_FEW_STEPS = 500, 250
_NARROW, _WIDTH = 4, 32
_TOO_LITTLE = frozenset({"slow-convergence", "learning-rate-too-low"})
_LEAST_BATCH, _MOST_TIMES = 8, 8
_HIDDEN = frozenset({"Dense", "Conv1D", "Conv2D", "Conv3D"})


def general_measures(report: ReportContents, cause: Finding) -> Iterator[Remedy]:
    """Yields general measures, the likeliest first.

    Args:
        report: of the program; which measures apply is told by its facts.
        cause: the finding that they are tried for.
    """
    facts = report.facts
    yield from _of_depth(facts.get("structure"), _readouts(facts), cause)
    steps = _planned_steps(facts.get("plan")) if _may_be_too_short(report) else math.inf
    if steps < _FEW_STEPS:
        yield from _of_few_steps(facts["plan"], steps, cause)
    if steps >= _FEW_STEPS and not _is_usual(facts.get("compiled")):
        yield _measure(cause, "Its steps fit gradients of any size, and none can throw it off.", GUARDED)
    if _takes_numbers(facts.get("inputs", ())):
        scaled = Edit("insert_layer", "model", value="keras.layers.Normalization()")
        yield _measure(cause, "Inputs with mean 0 and deviation 1 suit the initial weights.", scaled)
    structure: Structure | None = facts.get("structure")
    if structure is None:
        return
    if edits := _wider(structure, _readouts(facts)):
        yield _measure(
            cause, f"So few units may not hold what tells the answers apart; {_WIDTH} seldom lose it.", *edits
        )
    if edits := relu(structure, _readouts(facts)):
        yield _measure(cause, "Gradients pass relu units undiminished.", *edits)


def _readouts(facts: Mapping[str, Any]) -> list[str]:
    outputs: tuple[Output, ...] = facts.get("outputs", ())
    return [output.learnt_layer or output.layer for output in outputs]


def _wider(structure: Structure, readouts: list[str]) -> tuple[Edit, ...]:
    """Returns the edits that widen hidden layers of very few units."""
    narrow = [layer for layer in structure.layers if layer.kind in _HIDDEN and layer.path not in readouts]
    return tuple(
        Edit("set_argument", f"layer:{layer.path}", width_argument(layer), str(_WIDTH))
        for layer in narrow
        if 0 < (layer.units or 0) < _NARROW
    )


def _of_depth(structure: Structure | None, readouts: list[str], cause: Finding) -> Iterator[Remedy]:
    layers = () if structure is None else structure.layers
    hidden = [layer.path for layer in layers if layer.kind in _HIDDEN and layer.path not in readouts]
    if len(hidden) >= _DEEP and not any(layer.role == "normalization" for layer in layers):
        norms = [Edit("insert_layer", f"layer:{path}", value=_NORM) for path in hidden[1:]]
        yield _measure(cause, "In a deep net, normalized features keep signal and gradient at one size.", *norms)


def _may_be_too_short(report: ReportContents) -> bool:
    """Returns whether too little training may be the cause: where another one has a remedy, it comes first."""
    roots = [finding for finding in report.findings if finding.severity != "advice" and not finding.cause]
    return any(finding.rule in _TOO_LITTLE or not finding.edits for finding in roots)


def _planned_steps(plan: Plan | None) -> float:
    steps = None if plan is None else plan.steps
    return steps or math.inf


def _of_few_steps(plan: Plan, steps: float, cause: Finding) -> Iterator[Remedy]:
    """Yields what makes more of the little training that is planned, or plans more of it."""
    yield _measure(cause, f"In {steps:g} steps a net gets far by large ones only.", FASTER)
    size = max(_LEAST_BATCH, 2 ** int(math.log2(max(plan.batch_size * steps / _FEW_STEPS, 1))))
    if plan.kind == "arrays" and size <= plan.batch_size // 2:
        smaller = Edit("set_argument", "fit", "batch_size", str(size))
        yield _measure(cause, f"Smaller batches are more steps than {steps:g} in the same epochs.", smaller)
    if steps < _VERY_FEW_STEPS and plan.epochs:
        times = min(math.ceil(_FEW_STEPS / steps), _MOST_TIMES)
        longer = Edit("set_argument", "fit", "epochs", str(plan.epochs * times))
        yield _measure(cause, f"{steps:g} steps are too few for most nets.", longer)


_NORM = "keras.layers.BatchNormalization(momentum=0.9)"


def _measure(cause: Finding, why: str, *edits: Edit) -> Remedy:
    return Remedy(cause, edits, why, general=True)


def _is_usual(compiled: Compiled | None) -> bool:
    """Returns whether the optimizer is much like the guarded one already."""
    if compiled is None or compiled.schedule or compiled.optimizer not in ("adam", "adamw"):
        return False
    return _USUAL_RATES[0] <= compiled.learning_rate <= _USUAL_RATES[1]


def _takes_numbers(inputs: Any) -> bool:
    return len(inputs) == 1 and inputs[0].consumer not in ("", "Embedding") and not inputs[0].normalized_by
