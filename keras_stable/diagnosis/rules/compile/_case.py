"""One output with its labels, and what they are meant for."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from keras_stable.diagnosis.facts import Evaluation, Labels, Layer, Learning, Output, OutputEvaluation, Structure
from keras_stable.diagnosis.vocabulary import ACCURACIES

MANY_CLASSES = 50  # more distinct whole numbers than this are probably counts, ages or prices
ROWS_PER_CLASS = 5  # fewer rows of each are probably the points of a curve


@dataclass(frozen=True)
class Case:
    """An output, its labels where they are known, and how training goes.

    Attributes:
        evaluation: what it answers; None where that was not measured.
        subclassed: bool, whether the last activation may hide in a `call` method.
        last, learnt: the layer that gives the output, and the last one before it that learns; None where unknown.
        several: bool, whether the model has other outputs.
    """

    output: Output
    labels: Labels | None
    learning: Learning
    evaluation: OutputEvaluation | None = None
    subclassed: bool = False
    last: Layer | None = None
    learnt: Layer | None = None
    several: bool = False

    @property
    def kind(self) -> str:
        """Returns the kind of labels, "" where unknown."""
        return self.labels.kind if self.labels is not None else ""

    @property
    def label_size(self) -> int | None:
        """Returns how many numbers the label of a sample has."""
        return size(self.labels.shape) if self.labels is not None else None

    @property
    def measures_accuracy(self) -> bool:
        """Returns whether a metric counts right answers, which only classification has."""
        return any(metric in ACCURACIES for metric in self.output.metrics)


def cases(
    outputs: Sequence[Output],
    labels: Sequence[Labels],
    learning: Learning,
    evaluation: Evaluation | None = None,
    structure: Structure | None = None,
) -> Iterator[Case]:
    """Yields a case for every output that has a loss."""
    answers = evaluation.outputs if evaluation is not None else ()
    for index, output in enumerate(outputs):
        if not output.loss:
            continue
        own = next((label for label in labels if label.output == output.name), None)
        if own is None and len(labels) == len(outputs):
            own = labels[index]
        answer = next((answer for answer in answers if answer.name == output.name), None)
        if answer is None and len(answers) == len(outputs):
            answer = answers[index]
        yield Case(
            output,
            own,
            learning,
            answer,
            structure is not None and structure.kind == "subclassed",
            structure.layer(output.layer) if structure is not None else None,
            structure.layer(output.learnt_layer) if structure is not None else None,
            len(outputs) > 1,
        )


def size(shape: Sequence[int | None]) -> int | None:
    """Returns how many values a shape holds; None where a length varies.

    >>> size(()), size((3, 2)), size((None, 2))
    (1, 6, None)
    """
    lengths = [length for length in shape if length is not None]
    return math.prod(lengths) if len(lengths) == len(shape) else None


def look_like_classes(labels: Labels | None) -> bool:
    """Returns whether whole numbers are ids of classes rather than amounts: 0, 1, 2, ..., each many times.

    >>> look_like_classes(Labels(maximum=9, distinct=10, samples=1000))
    True
    >>> look_like_classes(Labels(maximum=9, distinct=10, samples=10))
    False
    """
    if labels is None or labels.kind != "class_ids" or labels.minimum != 0:
        return False
    few = 3 <= labels.distinct <= MANY_CLASSES and labels.samples >= ROWS_PER_CLASS * labels.distinct
    return few and labels.distinct >= 0.8 * (labels.maximum + 1)


def is_whole(labels: Labels) -> bool:
    """Returns whether labels are stored as whole numbers."""
    return labels.dtype.lstrip("u").startswith(("int", "bool"))
