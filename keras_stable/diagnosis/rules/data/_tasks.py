"""Which labels belong to which output, and what kind of answer a loss asks for."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import Labels, Output, Plan
from keras_stable.diagnosis.vocabulary import CUSTOM, FOR_CLASSES


def paired(outputs: Sequence[Output], labels: Sequence[Labels]) -> Iterator[tuple[Output, Labels]]:
    """Yields each output with its labels, by name, or by position where the names differ.

    >>> [(output.name, label.output) for output, label in paired([Output(name="a")], [Labels(output="b")])]
    [('a', 'b')]
    """
    by_name = {label.output: label for label in labels}
    for index, output in enumerate(outputs):
        if output.name in by_name:
            yield output, by_name[output.name]
        elif len(outputs) == len(labels) and labels[index].output not in {other.name for other in outputs}:
            yield output, labels[index]


def classifies(output: Output, labels: Labels) -> bool:
    """Returns whether an output is asked for a class.

    Whole numbers under a squared error may be counts or prices, so only 0 and 1 or one-hot rows count there.

    >>> classifies(Output(loss="mean_squared_error", width=1), Labels(kind="class_ids"))
    False
    """
    if len(labels.class_counts) < 1:
        return False
    if output.loss in FOR_CLASSES:
        return True
    return labels.kind in ("one_hot", "binary") or (output.loss == CUSTOM and labels.kind == "class_ids")


def has_positions(labels: Labels) -> bool:
    """Returns whether a row has a class in each of several positions, as masks and sequences do.

    >>> has_positions(Labels(shape=(8, 8, 1))), has_positions(Labels(shape=(10,), kind="one_hot"))
    (True, False)
    """
    of_one = labels.shape[:-1] if labels.kind in ("one_hot", "distribution") else labels.shape
    return any(size != 1 for size in of_one)


def counts(labels: Labels) -> list[int]:
    """Returns the samples of each class that has any, smallest first."""
    return sorted(count for _, count in labels.class_counts if count > 0)


def only_first_seen(labels: Labels, plan: Plan) -> bool:
    """Returns whether the labels are those of the beginning of a stream, which may be unlike the rest.

    >>> only_first_seen(Labels(complete=False), Plan(kind="dataset")), only_first_seen(Labels(), Plan(kind="dataset"))
    (True, False)
    """
    return not labels.complete and plan.kind != "arrays"


def same_shape(first: Sequence[int | None], second: Sequence[int | None]) -> bool:
    """Returns whether two shapes agree but for axes of length 1 at their ends; None fits any length.

    >>> same_shape((), (1,)), same_shape((None, 3), (7, 3)), same_shape((10,), ())
    (True, True, False)
    """
    one, other = _trimmed(first), _trimmed(second)
    return len(one) == len(other) and all(a is None or b is None or a == b for a, b in zip(one, other, strict=True))


def _trimmed(shape: Sequence[int | None]) -> list[int | None]:
    kept = list(shape)
    while kept and kept[-1] == 1:
        kept.pop()
    return kept
