"""What may be wrong with the values of labels, given the loss and the width of the output."""

import math

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Labels, Output
from keras_stable.diagnosis.rules._edits import layer_argument, quoted
from keras_stable.diagnosis.rules.data._tasks import same_shape
from keras_stable.diagnosis.vocabulary import (
    BINARY,
    CATEGORICAL,
    CATEGORICAL_HINGE,
    CUSTOM,
    DIVERGENCE,
    HINGE,
    SPARSE,
)

GREY = 255.0
SHARES = ("sigmoid", "hard_sigmoid", "softmax")
SLACK = 1e-3  # label smoothing by hand may leave a rounding error
BOUNDS = {
    **dict.fromkeys(CATEGORICAL | CATEGORICAL_HINGE | BINARY | DIVERGENCE | {"dice", "tversky"}, (0.0, 1.0)),
    **dict.fromkeys(HINGE, (-1.0, 1.0)),
    "poisson": (0.0, math.inf),
}

IDS = "sparse_categorical_crossentropy"
_RENUMBERED = "np.unique(y, return_inverse=True)[1].reshape(y.shape)"

Problem = tuple[str, str, tuple[Edit, ...]]
"""What is wrong with labels, what to change, and that as data."""


def values_problem(output: Output, label: Labels, data: str, loss: str) -> Problem | None:
    """Returns what is wrong with the values of the labels.

    Args:
        output, label: what the values are for, and how they are.
        data, loss: str, the targets of an edit of these labels and of this loss.
    """
    if output.loss in SPARSE:
        return _ids(output, label, data)
    low, high = BOUNDS.get(output.loss, (0.0, 1.0) if _are_grey_masks(output, label) else (-math.inf, math.inf))
    if not (label.minimum < low - SLACK or label.maximum > high + SLACK):
        return None
    remedy, cure = f"Bring the labels into {low:g} to {high:g}", ""
    if label.minimum == -1 and label.maximum == 1:
        cure = "(y + 1) / 2"
        remedy += f": `y = {cure}`."
    elif _are_grey(label):
        cure = "(y > 127).astype('float32')" if _is_black_and_white(label) else "y / 255"
        remedy += f": they are stored as grey values up to 255, so `y = {cure}`."
    elif output.loss in BINARY and label.maximum > 1 and label.distinct > 2 and same_shape(label.shape, ()):
        remedy = (
            f'For {label.distinct} classes: `Dense({label.distinct}, activation="softmax")` with '
            '`loss="sparse_categorical_crossentropy"`; for numbers: a linear output and a squared error.'
        )
    elif label.distinct == 2:
        cure = f"(y == {label.maximum:g}).astype('float32')"
        remedy += f": `y = {cure}`."
    else:
        remedy += ", or take a loss for numbers, such as `mean_squared_error`, with a linear output."
    return (
        f"Labels from {label.minimum:g} to {label.maximum:g} under {output.loss}, which wants {low:g} to {high:g}.",
        remedy,
        (Edit("transform_data", data, "y", cure),) if cure else _other_end(output, label, loss),
    )


def _other_end(output: Output, label: Labels, loss: str) -> tuple[Edit, ...]:
    """Returns the edits for a last layer and a loss that fit such labels; nothing where the layer is not known."""
    if output.loss in BINARY and label.maximum > 1 and same_shape(label.shape, ()) and label.minimum >= 0:
        classes = max(label.distinct, int(label.maximum) + 1)
        wanted, name = {"units": str(classes), "activation": quoted("softmax")}, IDS
    else:
        wanted, name = {"activation": quoted("linear")}, "mean_squared_error"
    layer = [
        edit for argument, value in wanted.items() for edit in layer_argument(output.learnt_layer, argument, value)
    ]
    return (*layer, Edit("replace", loss, value=quoted(name))) if layer else ()


def _ids(output: Output, label: Labels, data: str) -> Problem | None:
    ids = [class_id for class_id, count in label.class_counts if count > 0 and class_id != output.ignore_class]
    lowest = min(ids) if ids else _bound(label.minimum, output.ignore_class)
    highest = max(ids) if ids else _bound(label.maximum, output.ignore_class)
    if highest >= output.width and _are_grey(label) and highest == GREY:
        cure = "(y > 127).astype('int32')" if output.width == 2 else _RENUMBERED
        return (
            f"Class ids go up to 255, as grey values of a mask do, and the output has {output.width} units.",
            f"Number the classes from 0 to {output.width - 1}: `y = {cure}`; or write `ignore_class=255` where 255 "
            "marks what does not count.",
            (Edit("transform_data", data, "y", cure),),
        )
    cure = f"y {'-' if lowest > 0 else '+'} {abs(lowest):g}" if highest - lowest < output.width else _RENUMBERED
    if highest >= output.width:
        wider = label.distinct > output.width
        units = layer_argument(output.learnt_layer, "units", f"{highest + 1:.0f}")
        return (
            f"Class ids go up to {highest:g}, and the output has {output.width} units (ids 0 to {output.width - 1}).",
            f"Widen the last layer to {highest + 1:.0f} units, or number the classes from 0: `y = {cure}`.",
            units if wider else (Edit("transform_data", data, "y", cure),),
        )
    if lowest < 0:
        return (
            f"Class ids start at {lowest:g}, and {output.loss} wants them from 0.",
            f"Number the classes from 0: `y = {cure}`.",
            (Edit("transform_data", data, "y", cure),),
        )
    if label.kind == "real" and math.isfinite(label.minimum + label.maximum) and _fractional(label):
        return (
            f"Labels from {label.minimum:g} to {label.maximum:g} are not whole, and {output.loss} cuts them off.",
            "Give the class ids as they are, without scaling; for numbers take `mean_squared_error`.",
            (),
        )
    return None


def _are_grey(label: Labels) -> bool:
    """Returns whether labels are the grey values of masks: many numbers a sample, from 0 to 255."""
    return len(label.shape) >= 2 and label.minimum == 0 and label.maximum == GREY


def _is_black_and_white(label: Labels) -> bool:
    """Returns whether grey values are 0 and 255 alone: no others of their mean have as large a variance."""
    return label.std**2 >= 0.98 * label.mean * (GREY - label.mean)


def _are_grey_masks(output: Output, label: Labels) -> bool:
    """Returns whether an own loss compares grey values of masks with shares, as an own Dice loss does."""
    return output.loss == CUSTOM and output.activation in SHARES and label.whole and _are_grey(label)


def _fractional(label: Labels) -> bool:
    """Returns whether some labels are not whole: a bound is not, or there are more values than whole numbers."""
    whole = label.minimum == math.floor(label.minimum) and label.maximum == math.floor(label.maximum)
    return not whole or label.distinct > label.maximum - label.minimum + 1


def _bound(value: float, ignored: int | None) -> float:
    """Returns a bound of the labels, or 0 where only the ignored id reaches it."""
    return 0.0 if value == ignored else value
