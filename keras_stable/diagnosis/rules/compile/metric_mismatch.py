"""KS307."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Labels, Learning, Output
from keras_stable.diagnosis.rule import Found, Severity, rule
from keras_stable.diagnosis.rules.compile._case import Case, cases, look_like_classes
from keras_stable.diagnosis.vocabulary import ACCURACIES, BINARY, DISTANCE, HINGE

_OF_ONE_HOT = ("categorical_accuracy", "top_k_categorical_accuracy")
_OF_IDS = ("sparse_categorical_accuracy", "sparse_top_k_categorical_accuracy")


@rule(
    "KS307",
    "metric-mismatch",
    remedy='Write `metrics=["accuracy"]`, which Keras fits to the loss, for classes, and '
    '`metrics=["mean_absolute_error"]` for numbers.',
    own=True,
)
def metric_mismatch(outputs: Sequence[Output], labels: Sequence[Labels], learning: Learning) -> Iterator[Found]:
    """The metric does not measure what the model is for.

    ## What it does

    Compares the metrics with the labels and the loss: accuracy of numbers, accuracy for one-hot labels on class
    ids and the reverse, binary accuracy of many classes. A metric that is only somewhat off is advice.

    ## Why is this bad

    An accuracy of 0 on a regression says nothing, and 90 % binary accuracy of ten one-hot classes is what a
    model gets that knows nothing at all. Whoever steers by it, or stops early by it, goes astray.

    ## Example

        model.compile(loss="mean_squared_error", metrics=["accuracy"])

    ## Use instead

        model.compile(loss="mean_squared_error", metrics=["mean_absolute_error"])
    """
    for case in cases(outputs, labels, learning):
        for metric in case.output.metrics:
            judged = _judge(metric, case)
            if judged is not None:
                message, severity, confidence, cure = judged
                remedy = f"Write `metrics=[{cure}]`" + _WHY.get(cure, ".") if cure else _BY_HAND
                yield Found(
                    case.output.name,
                    f"`{metric}` {message}",
                    {"units": case.output.width},
                    None,
                    remedy,
                    severity,
                    confidence,
                    edits=(Edit("replace", f"metric:{metric}", value=cure),) if cure else (),
                )


def _judge(metric: str, case: Case) -> tuple[str, Severity, float, str] | None:
    output, labels, kind = case.output, case.labels, case.kind
    if labels is None or metric not in ACCURACIES:
        return None
    if output.loss in DISTANCE and (kind == "real" or (kind == "class_ids" and _are_amounts(case))):
        pictures = labels.minimum >= 0 and labels.maximum <= 1 and (case.label_size or 2) > 1
        text = "counts exactly equal answers, which numbers hardly ever are."
        confidence = 0.9 if kind == "real" else 0.75
        return text, "advice" if pictures else "warning", confidence, '"mean_absolute_error"'
    if metric == "binary_accuracy":
        return _binary(case)
    if metric in (*_OF_ONE_HOT, *_OF_IDS) and output.width == 1:
        return "compares a unit for each class, but the output has 1 unit.", "warning", 0.9, _ACCURACY
    if metric in _OF_ONE_HOT and kind in ("class_ids", "binary") and case.label_size == 1:
        return "needs one-hot labels, but they are class ids.", "warning", 0.95, _ACCURACY
    if metric in _OF_IDS and kind in ("one_hot", "multi_hot") and case.label_size == output.width:
        return "needs class ids, but the labels are vectors.", "warning", 0.95, _ACCURACY
    if metric in _OF_ONE_HOT and kind == "multi_hot" and output.loss in BINARY:
        text = "looks at the likeliest class alone, but a sample has any number of them."
        return text, "advice", 0.8, '"binary_accuracy"'
    return None


_ACCURACY = '"accuracy"'
_WHY = {_ACCURACY: ", which Keras fits to the loss."}
_BY_HAND = "Write a metric that compares the signs."


def _are_amounts(case: Case) -> bool:
    return case.output.width == 1 and case.label_size == 1 and not look_like_classes(case.labels)


def _binary(case: Case) -> tuple[str, Severity, float, str] | None:
    output, labels = case.output, case.labels
    if labels is None:
        return None
    if case.kind == "one_hot" and output.width > 2:
        floor = 1 - 1 / output.width
        text = f"of {output.width} one-hot classes is {floor:.0%} for a model that always says no."
        return text, "warning", 0.9, '"categorical_accuracy"'
    if case.kind == "class_ids" and output.width > 2 and case.label_size == 1:
        return "needs labels 0 or 1, but they are class ids.", "warning", 0.9, _ACCURACY
    if output.loss in HINGE and labels.minimum < 0:
        text = "takes answers for 0 or 1, but the labels are -1 and +1."
        return text, "advice", 0.8, ""
    if output.from_logits and output.loss in BINARY:
        text = "splits at 0.5, but the output is raw values, whose middle is 0."
        return text, "advice", 0.8, "keras.metrics.BinaryAccuracy(threshold=0.0)"
    return None
