"""Measures that help many programs, for where what was found names no cure, or not the whole of it."""

from collections.abc import Iterator
from typing import Any

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Compiled, Output, Structure
from keras_stable.diagnosis.reporting.contents import ReportContents
from keras_stable.diagnosis.reporting.finding import Finding
from keras_stable.diagnosis.rules._edits import relu
from keras_stable.repairs.remedies import Remedy

GUARDED = Edit("replace", "optimizer", value="keras_stable.optimizers.AdamW(learning_rate=0.001)")
_USUAL_RATES = (5e-4, 5e-3)
_DEEP = 5
_HIDDEN = frozenset({"Dense", "Conv1D", "Conv2D", "Conv3D"})


def general_measures(report: ReportContents, cause: Finding) -> Iterator[Remedy]:
    """Yields general measures, those that change least first.

    Args:
        report: of the program; which measures apply is told by its facts.
        cause: the finding that they are tried for.
    """
    facts = report.facts
    if not _is_usual(facts.get("compiled")):
        yield _measure(cause, "Its steps fit gradients of any size, and none can throw it off.", GUARDED)
    if _takes_numbers(facts.get("inputs", ())):
        scaled = Edit("insert_layer", "model", value="keras.layers.Normalization()")
        yield _measure(cause, "Inputs with mean 0 and deviation 1 suit the initial weights.", scaled)
    structure: Structure | None = facts.get("structure")
    if structure is None:
        return
    outputs: tuple[Output, ...] = facts.get("outputs", ())
    readouts = [output.learnt_layer or output.layer for output in outputs]
    if edits := relu(structure, readouts):
        yield _measure(cause, "Gradients pass relu units undiminished.", *edits)
    hidden = [layer.path for layer in structure.layers if layer.kind in _HIDDEN and layer.path not in readouts]
    if len(hidden) >= _DEEP and not any(layer.role == "normalization" for layer in structure.layers):
        norms = [Edit("insert_layer", f"layer:{path}", value=_NORM) for path in hidden[1:]]
        yield _measure(cause, "In a deep net, normalized features keep signal and gradient at one size.", *norms)


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
