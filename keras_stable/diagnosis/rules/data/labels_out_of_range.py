"""KS104."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Labels, Output
from keras_stable.diagnosis.rule import Found, rule
from keras_stable.diagnosis.rules._edits import layer_argument, of_data, quoted
from keras_stable.diagnosis.rules.data._label_values import IDS, Problem, values_problem
from keras_stable.diagnosis.rules.data._tasks import paired, same_shape
from keras_stable.diagnosis.vocabulary import (
    BINARY,
    CATEGORICAL,
    CATEGORICAL_HINGE,
    HINGE,
    REGRESSION,
    SPARSE,
)

_BY_NUMBER = CATEGORICAL | CATEGORICAL_HINGE | BINARY | HINGE | REGRESSION
_ROWS = "categorical_crossentropy"


@rule(
    "KS104",
    "labels-out-of-range",
    severity="error",
    remedy="Make the labels fit the output: ids from 0 to width - 1 for sparse losses, else `to_categorical(y)`.",
    explains=(
        "bad-initial-loss",
        "metric-mismatch",
        "exploding-gradients",
        "nonfinite-activations",
        "nonfinite-gradients",
        "nonfinite-loss",
        "saturated-activations",
        "zero-gradients",
        "dead-units",
        "identical-outputs",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "diverging-loss",
        "oscillating-loss",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
)
def labels_out_of_range(outputs: Sequence[Output], labels: Sequence[Labels]) -> Iterator[Found]:
    """The labels do not fit the output and its loss.

    ## What it does

    Compares labels, loss and width of the output: class ids must lie between 0 and the width - 1, a
    cross-entropy of probabilities wants labels between 0 and 1, and the shapes must agree. Hinge losses take
    -1 and 1, and a class id that the loss ignores (`ignore_class`) is left out.

    ## Why is this bad

    Keras checks little of it. An id beyond the width gives NaN on some devices and an error on others. A label
    of 2 under `binary_crossentropy` makes a loss that falls for ever. A vector of ids against an output of ten
    units is repeated over the units without a word.

    ## Example

        y = np.array([1, 2, 3])  # three classes, numbered from 1
        keras.layers.Dense(3, activation="softmax")

    ## Use instead

        y = np.array([1, 2, 3]) - 1
        keras.layers.Dense(3, activation="softmax")
    """
    for output, label in paired(outputs, labels):
        where = of_data(label.output, outputs), f"loss:{output.name}" if len(outputs) > 1 else "loss"
        problem = _shape(output, label, *where) or values_problem(output, label, *where)
        if problem is not None:
            message, remedy, edits = problem
            yield Found(
                where=output.name,
                message=message,
                evidence={"minimum": label.minimum, "maximum": label.maximum, "width": output.width},
                remedy=remedy,
                confidence=0.97,
                edits=edits,
            )


def _shape(output: Output, label: Labels, data: str, loss: str) -> Problem | None:
    """Returns what is wrong with the shape of the labels."""
    if output.loss in SPARSE:
        if same_shape(label.shape, output.shape[:-1]):
            return None
        if same_shape(label.shape, output.shape):
            return (
                f"Labels of shape {label.shape} are rows of {output.width}, and {output.loss} wants one class id.",
                f'Compile with `loss="{_ROWS}"`, or give `y.argmax(axis=-1)`.',
                (_ids_of_rows(data) if output.from_logits else Edit("replace", loss, value=quoted(_ROWS)),),
            )
    elif output.loss not in _BY_NUMBER or same_shape(label.shape, output.shape):
        return None
    elif (output.loss in CATEGORICAL | CATEGORICAL_HINGE or label.kind in ("class_ids", "binary")) and same_shape(
        label.shape, output.shape[:-1]
    ):
        return (
            f"Labels are single numbers, and {output.loss} compares rows of {output.width} values.",
            f'Compile with `loss="{IDS}"`, or give `keras.utils.to_categorical(y)`.',
            (Edit("replace", loss, value=quoted(IDS)),)
            if output.loss in CATEGORICAL and not output.from_logits
            else (Edit("transform_data", data, "y", f"keras.utils.to_categorical(y, {output.width})"),),
        )
    axis = _class_axis(label.shape, output.shape)
    if axis is not None:
        return (
            f"Labels of shape {label.shape} meet an output of shape {output.shape}: the classes are on another axis.",
            f"Bring them to the end: `y = {(moved := f'np.moveaxis(y, {axis + 1}, -1)')}`.",
            (Edit("transform_data", data, "y", moved),),
        )
    return (
        f"Labels of shape {label.shape} meet an output of shape {output.shape}.",
        f"Give the last layer the width of the labels (`units={_width(label)}`), or the labels the shape of the "
        "output.",
        layer_argument(output.learnt_layer, "units", str(_width(label))) if len(output.shape) == 1 else (),
    )


def _ids_of_rows(data: str) -> Edit:
    return Edit("transform_data", data, "y", "y.argmax(axis=-1)")


def _class_axis(labels: Sequence[int | None], output: Sequence[int | None]) -> int | None:
    """Returns which axis of the labels is the last of the output, where moving it there makes the shapes equal.

    >>> _class_axis((3, 16, 24), (16, 24, 3)), _class_axis((16, 24, 3), (16, 24, 3)), _class_axis((10,), (3,))
    (0, None, None)
    """
    if len(labels) != len(output) or len(output) < 2 or same_shape(labels, output):
        return None
    moved = ((axis, [*labels[:axis], *labels[axis + 1 :], labels[axis]]) for axis in range(len(labels) - 1))
    return next((axis for axis, shape in moved if same_shape(shape, output)), None)


def _width(label: Labels) -> int | None:
    return label.shape[-1] if label.shape else 1
