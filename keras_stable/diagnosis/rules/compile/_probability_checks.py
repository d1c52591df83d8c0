"""What a cross-entropy asks of the output that it is given."""

import math

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.rule import Found, Severity
from keras_stable.diagnosis.rules._edits import layer_argument
from keras_stable.diagnosis.rules.compile._case import Case
from keras_stable.diagnosis.rules.compile._endings import Remedy, activation_edits, class_of, ending, loss_edit
from keras_stable.diagnosis.vocabulary import BINARY, CATEGORICAL, DIVERGENCE, FOR_PROBABILITIES, SPARSE

PROBABILITIES = ("softmax", "sigmoid", "hard_sigmoid", "sparsemax")
HALF_BLIND = ("relu", "relu6", "softplus", "tanh", "hard_tanh", "softsign", "log_sigmoid")
UNBOUNDED = ("linear", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "swish", "mish", "log_softmax")

ROUNDING = 0.02  # of a sum of float16 shares
SURE = 0.97  # seen in the code itself
HARMLESS_SO_FAR = 0.75  # certain too, but the model was seen to learn


def constant_output(case: Case) -> Found | None:
    """A softmax over a single unit."""
    output = case.output
    if output.activation != "softmax" or output.width != 1 or _sums_to_one(case) is False:
        return None
    cure = _remedy_of_one_unit(case)
    return Found(
        where=output.layer or output.name,
        message="A softmax over 1 unit: it divides the value by itself, so the output is 1 for every sample.",
        evidence={"units": output.width},
        severity="error",
        confidence=0.99,
        remedy=cure.text,
        edits=cure.edits,
    )


def other_axis(case: Case) -> Found | None:
    """A softmax along the time or the batch, where the loss wants the classes to sum to 1."""
    output = case.output
    if output.activation != "softmax" or output.loss not in FOR_PROBABILITIES or _sums_to_one(case) is not False:
        return None
    total = case.evaluation.mean * output.width if case.evaluation is not None else float("nan")
    return Found(
        where=output.layer or output.name,
        message=f"The softmax does not run over the {output.width} classes: their shares sum to {total:.3g}, not to 1.",
        evidence={"sum_of_shares": total, "units": output.width},
        threshold=1.0,
        severity="error",
        confidence=0.97,
        remedy='Let it run over the last axis: `keras.layers.Softmax(axis=-1)`, or `activation="softmax"`.',
        edits=_along_classes(case),
    )


def _along_classes(case: Case) -> tuple[Edit, ...]:
    by_layer = case.last is not None and case.last.kind == "Softmax"
    return layer_argument(case.output.layer, "axis", "-1") if by_layer else ()


def _sums_to_one(case: Case) -> bool | None:
    """Returns whether the mean answer is one over the width, as any softmax over the units has it; None if unknown."""
    answer = case.evaluation
    if answer is None or answer.nonfinite or not math.isfinite(answer.mean):
        return None
    return abs(answer.mean * case.output.width - 1) < ROUNDING


def one_unit(case: Case) -> Found | None:
    """A cross-entropy over classes where there is one unit."""
    output = case.output
    if output.width != 1 or output.loss not in CATEGORICAL | SPARSE | DIVERGENCE:
        return None
    cure = _remedy_of_one_unit(case)
    return Found(
        where=output.layer or output.name,
        message=f"`{output.loss}` compares a unit for each class, but the output has 1 unit: its loss says nothing.",
        evidence={"units": output.width},
        severity="error",
        confidence=0.98,
        remedy=cure.text,
        edits=cure.edits,
    )


def _remedy_of_one_unit(case: Case) -> Remedy:
    if case.kind == "class_ids" and case.labels is not None and case.output.loss not in BINARY:
        units = int(case.labels.maximum) + 1
        return ending(case, units, "softmax", "sparse_categorical_crossentropy")
    if case.kind == "real":
        return ending(case, 1, "", "mean_squared_error", lead="For numbers, end with")
    two = ending(case, 1, "sigmoid", "binary_crossentropy", lead="For two classes, end with")
    text = f"{two.text[:-1]}; for more, give the last layer as many units as there are classes."
    return Remedy(text, two.edits)


def raw_output(case: Case) -> Found | None:
    """A cross-entropy that expects probabilities gets anything else."""
    output = case.output
    if output.loss not in FOR_PROBABILITIES or output.from_logits:
        return None
    if output.activation not in (*HALF_BLIND, *UNBOUNDED) or _are_probabilities(case):
        return None
    name = "no activation" if output.activation == "linear" else f"`{output.activation}`"
    cure = _remedy_of_activation(case)
    return Found(
        where=output.layer or output.name,
        message=f"`{output.loss}` takes the output for probabilities, but the last layer has {name}, "
        "so values below 0 and above 1 are cut off and give no gradient.",
        evidence={"units": output.width},
        severity="error" if case.learning.troubled else "warning",
        confidence=SURE,
        remedy=cure.text,
        edits=cure.edits,
    )


def _are_probabilities(case: Case) -> bool:
    """Returns whether the answers show that a softmax or sigmoid is there after all, in a place nobody can see."""
    answer = case.evaluation
    if answer is None or not (answer.minimum >= 0 and answer.maximum <= 1 + 1e-6):
        return False
    return case.subclassed if case.output.width == 1 else abs(answer.mean * case.output.width - 1) < 1e-3


def _remedy_of_activation(case: Case) -> Remedy:
    output = case.output
    text, edits = ending(case, output.width, "sigmoid" if output.loss in BINARY else "softmax")
    if output.loss in DIVERGENCE:
        return Remedy(text, edits)
    text = f"{text[:-1]}; or with no activation and `loss=keras.losses.{class_of(output.loss)}(from_logits=True)`."
    raw = loss_edit(case, output.loss, from_logits=True) if output.activation == "linear" else ()
    return Remedy(text, edits or raw)


def logits_expected(case: Case) -> Found | None:
    """`from_logits=True` over an activation that has bounded the logits."""
    output = case.output
    if not output.from_logits or output.activation in ("linear", "log_softmax"):
        return None
    if output.activation in PROBABILITIES:
        message = f"`from_logits=True`, but the last layer has applied `{output.activation}` already: it counts twice."
    elif output.activation in (*HALF_BLIND, *UNBOUNDED):
        message = f"`from_logits=True` needs raw values, but the last layer's `{output.activation}` bends or cuts them."
    else:
        return None
    mild = output.activation in UNBOUNDED and not case.learning.troubled
    cutting = output.activation in HALF_BLIND and case.learning.troubled
    severity: Severity = "advice" if mild else "error" if cutting else "warning"
    return Found(
        where=output.layer or output.name,
        message=message,
        evidence={"units": output.width},
        severity=severity,
        confidence=HARMLESS_SO_FAR if case.learning.healthy else 0.9,
        remedy="Take the activation off the last layer, or set `from_logits=False` over a softmax or sigmoid.",
        edits=activation_edits(case, "") or _trusted(case),
    )


def _trusted(case: Case) -> tuple[Edit, ...]:
    probable = case.output.activation in ("softmax", "sigmoid")
    target = f"loss:{case.output.name}" if case.several else "loss"
    return (Edit("set_argument", target, "from_logits", "False"),) if probable else ()


def competing_units(case: Case) -> Found | None:
    """Sigmoid where one class excludes the others, or softmax where it does not."""
    output, kind = case.output, case.kind
    if output.from_logits or output.width < 2:
        return None
    confidence = HARMLESS_SO_FAR if case.learning.healthy else 0.93
    if output.loss in CATEGORICAL | SPARSE | DIVERGENCE and kind == "multi_hot":
        return _competition(
            case,
            f"`{output.loss}` supposes one class a sample, but the labels have any number of them.",
            ending(case, output.width, "sigmoid", "binary_crossentropy"),
            "warning",
            confidence,
        )
    if output.loss in CATEGORICAL | SPARSE | DIVERGENCE and output.activation in ("sigmoid", "hard_sigmoid"):
        return _competition(
            case,
            f"`{output.loss}` needs probabilities that sum to 1, but `{output.activation}` makes each of the "
            f"{output.width} units a probability of its own.",
            ending(case, output.width, "softmax"),
            "warning",
            confidence,
        )
    if output.loss in BINARY and output.activation == "softmax":
        return _softmax_with_binary(case, confidence)
    if output.loss in BINARY and output.activation == "sigmoid" and kind == "one_hot" and output.width > 2:
        severity: Severity = "warning" if case.learning.troubled else "advice"
        message = f"Each sample has one of {output.width} classes, but `{output.loss}` treats each as a question apart."
        return _competition(case, message, _of_classes(case), severity, 0.5)
    return None


def _of_classes(case: Case) -> Remedy:
    return ending(case, case.output.width, "softmax", "categorical_crossentropy")


def _softmax_with_binary(case: Case, confidence: float) -> Found:
    output = case.output
    if case.kind == "multi_hot":
        return _competition(
            case,
            f"The labels have any number of the {output.width} classes, but a softmax lets only one be likely.",
            ending(case, output.width, "sigmoid"),
            "warning",
            confidence,
        )
    pair = output.width == 2
    return _competition(
        case,
        f"`{output.loss}` judges each of the {output.width} units alone, but a softmax ties them together.",
        _of_classes(case),
        "advice" if pair and not case.learning.troubled else "warning",
        0.5 if pair else confidence,
    )


def _competition(case: Case, message: str, remedy: Remedy, severity: Severity, confidence: float) -> Found:
    where = case.output.layer or case.output.name
    figures = {"units": case.output.width}
    return Found(where, message, figures, None, remedy.text, severity, confidence, edits=remedy.edits)
