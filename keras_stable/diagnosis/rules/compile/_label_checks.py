"""What a loss asks of the labels that it is given."""

from dataclasses import replace

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Labels
from keras_stable.diagnosis.rule import Found, Severity
from keras_stable.diagnosis.rules.compile._case import Case, is_whole, look_like_classes
from keras_stable.diagnosis.rules.compile._endings import Remedy, activation_edits, ending, ending_edits
from keras_stable.diagnosis.vocabulary import BINARY, CATEGORICAL, DISTANCE, DIVERGENCE, HINGE, SPARSE

NEVER_NEGATIVE = ("sigmoid", "hard_sigmoid", "softmax", "relu", "relu6", "softplus")
ROUNDING = 1e-6


def other_size(case: Case) -> Found | None:
    """A label and an answer of different size, under a loss that compares them number by number."""
    output, labels, label_size = case.output, case.labels, case.label_size
    values = _size(case)
    if labels is None or label_size is None or values is None or label_size == values:
        return None
    if output.loss not in DISTANCE | BINARY or 1 not in (label_size, values):
        return None
    if label_size == 1 and labels.kind == "class_ids" and output.width > labels.maximum:
        loss = "sparse_categorical_crossentropy"
        remedy = ending(case, output.width, "softmax", loss, lead="For class ids, end with")
    elif label_size == 1 and labels.kind == "binary":
        remedy = ending(case, 1, "sigmoid", "binary_crossentropy")
    elif label_size == 1:
        text = "End with one value a sample: `Dense(1)`, after `return_sequences=False` or a pooling layer."
        remedy = Remedy(text, _widened(case, 1))
    else:
        text = f"Give the last layer {label_size} `units`, as many as a label has numbers: `Dense({label_size})`."
        remedy = Remedy(text, _widened(case, label_size))
    return _found(
        case,
        f"`{output.loss}` compares number by number, but a label has {label_size} and the output {values}.",
        remedy,
        "error",
        0.98 if labels.kind in ("class_ids", "binary") else 0.93,
        {"numbers_in_a_label": label_size, "numbers_in_an_answer": values},
    )


def _widened(case: Case, units: int) -> tuple[Edit, ...]:
    """Returns the edits for another width; nothing where an output is more than one row of values."""
    activation = "" if case.output.activation == "linear" else case.output.activation
    return ending_edits(case, units, activation) if len(case.output.shape) == 1 else ()


def _size(case: Case) -> int | None:
    lengths = case.output.shape
    if any(length is None for length in lengths):
        return None
    values = 1
    for length in lengths:
        values *= length or 1
    return values


def real_targets(case: Case) -> Found | None:
    """A cross-entropy for numbers that are neither classes nor probabilities."""
    output, labels = case.output, case.labels
    if labels is None:
        return None
    figures = {"label_minimum": labels.minimum, "label_maximum": labels.maximum}
    outside = labels.minimum < -ROUNDING or labels.maximum > 1 + ROUNDING
    pair = labels.distinct == 2  # -1 and 1, say: it is the labels that should change, not the loss
    if output.loss in BINARY and outside and not pair and case.label_size == _size(case):
        return _found(
            case,
            f"`{output.loss}` needs labels from 0 to 1, but these are {labels.minimum:.4g} to {labels.maximum:.4g}.",
            _remedy_of_binary(case, labels),
            "error",
            0.98,
            figures,
        )
    if labels.kind != "real" or is_whole(labels):
        return None
    if output.loss in SPARSE or (output.loss in CATEGORICAL | DIVERGENCE and outside):
        return _found(
            case,
            f"`{output.loss}` is for classes, but the labels are real numbers from {labels.minimum:.4g} to "
            f"{labels.maximum:.4g}.",
            _of_numbers(case, "To predict numbers, end with", "; to predict classes, number them from 0."),
            "error",
            0.98,
            figures,
        )
    return None


def _of_numbers(case: Case, lead: str, more: str = ".") -> Remedy:
    text, edits = ending(case, case.label_size or case.output.width, "", "mean_squared_error", lead=lead)
    return Remedy(f"{text[:-1]}{more}", edits)


def _remedy_of_binary(case: Case, labels: Labels) -> Remedy:
    if case.label_size is None or case.label_size > 1:
        text = 'Scale the labels to 0..1, such as `y / 255` for images, or take `loss="mean_squared_error"`.'
        if labels.minimum < 0:
            return Remedy(text, ending_edits(case, case.output.width, "", "mean_squared_error"))
        target = f"data:{labels.output}" if case.several else "data"
        return Remedy(text, (Edit("transform_data", target, "y", f"y / {labels.maximum:g}"),))
    if look_like_classes(labels):
        return ending(case, int(labels.maximum) + 1, "softmax", "sparse_categorical_crossentropy")
    return _of_numbers(case, "To predict numbers, end with")


def distance_of_classes(case: Case) -> Found | None:
    """A squared or absolute error where the labels are classes."""
    output, labels, learning = case.output, case.labels, case.learning
    if output.loss not in DISTANCE or labels is None:
        return None
    troubled: Severity = "warning" if learning.troubled else "advice"
    if labels.kind == "one_hot" and output.width > 2:
        confidence = 0.6 if learning.healthy else 0.9
        message = f"the labels are one of {output.width} classes"
        return _distance(case, message, _softmax(case), "warning", confidence)
    if labels.kind == "one_hot" and output.width == 2:
        return _distance(case, "the labels are one of 2 classes", _softmax(case), troubled, 0.7)
    if labels.kind == "binary" and output.width == 1:
        usual = output.activation in ("sigmoid", "hard_sigmoid")
        finding = _distance(case, "the labels are 0 or 1", _sigmoid(case), troubled, 0.4 if usual else 0.65)
        # It trains in many tutorials: whatever else is wrong stands beside it, not below it.
        return replace(finding, explains=()) if usual else finding
    if labels.kind == "multi_hot" and case.measures_accuracy:
        return _distance(case, "the labels are each 0 or 1", _sigmoid(case), troubled, 0.5)
    if output.width == 1 and look_like_classes(labels):
        sparse = ending(case, int(labels.maximum) + 1, "softmax", "sparse_categorical_crossentropy")
        message = f"the labels are ids of {labels.distinct} classes, whose order and distance mean nothing"
        if output.activation in ("sigmoid", "hard_sigmoid", "tanh"):
            return _distance(case, f"{message} and `{output.activation}` ends at 1", sparse, "error", 0.97)
        if case.measures_accuracy:
            return _distance(case, message, sparse, "warning", 0.85)
        return _distance(case, message, sparse, troubled, 0.55)
    return None


def _softmax(case: Case) -> Remedy:
    return ending(case, case.output.width, "softmax", "categorical_crossentropy")


def _sigmoid(case: Case) -> Remedy:
    return ending(case, case.output.width, "sigmoid", "binary_crossentropy")


def _distance(case: Case, what: str, remedy: Remedy, severity: Severity, confidence: float) -> Found:
    classes = case.labels.distinct if case.labels is not None else 0
    message = f"`{case.output.loss}` measures distances between numbers, but {what}."
    return _found(case, message, remedy, severity, confidence, {"classes": classes, "units": case.output.width})


def shares_for_numbers(case: Case) -> Found | None:
    """A softmax where the labels are numbers that do not sum to 1."""
    output = case.output
    if output.loss not in DISTANCE or output.activation != "softmax" or case.kind != "real":
        return None
    return _found(
        case,
        f"The {output.width} outputs of the softmax sum to 1, but the labels are numbers that do not.",
        Remedy("Take the activation off the last layer.", activation_edits(case, "") or ()),
        "warning",
        0.9,
        {"units": output.width},
    )


def sides_of_hinge(case: Case) -> Found | None:
    """A hinge loss, which asks for values on both sides of 0, over an output on one side."""
    output = case.output
    if output.loss in HINGE and output.activation in NEVER_NEGATIVE:
        return _found(
            case,
            f"`{output.loss}` pulls outputs to -1 or +1, but `{output.activation}` never goes below 0.",
            Remedy(
                'End with `Dense(1)` or `Dense(1, activation="tanh")`; '
                'for a sigmoid take `loss="binary_crossentropy"`.',
                activation_edits(case, "tanh") or (),
            ),
            "warning",
            0.75 if case.learning.healthy else 0.9,
            {"units": output.width},
        )
    if output.loss == "poisson" and output.activation in ("linear", "tanh", "leaky_relu", "elu", "selu"):
        return _found(
            case,
            f"`poisson` takes the logarithm of the output, but `{output.activation}` goes below 0.",
            Remedy(
                'End with `Dense(1, activation="exponential")` or `"softplus"`.',
                activation_edits(case, "exponential") or (),
            ),
            "warning" if case.learning.troubled else "advice",
            0.8,
            {"units": output.width},
        )
    return None


def _found(
    case: Case, message: str, remedy: Remedy, severity: Severity, confidence: float, figures: dict[str, float]
) -> Found:
    where = case.output.layer or case.output.name
    return Found(where, message, figures, None, remedy.text, severity, confidence, edits=remedy.edits)
