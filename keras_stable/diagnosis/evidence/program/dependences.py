"""Whether inputs say anything about their labels, and whether they would in another order. Imports no TensorFlow."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_stable.diagnosis.evidence.data.arrays import Arrays
from keras_stable.diagnosis.evidence.data.batch import joined
from keras_stable.diagnosis.evidence.data.label_kinds import are_classes, class_ids, kind_of
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.data.row_access import is_number
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.program.class_contrasts import is_ordered
from keras_stable.diagnosis.evidence.program.orders import are_windows
from keras_stable.diagnosis.evidence.program.patterns import Patterns, places_of
from keras_stable.diagnosis.evidence.program.predictions import Predictions
from keras_stable.diagnosis.evidence.program.realignments import orders, transposed
from keras_stable.diagnosis.facts import Dependence, Realignment
from keras_stable.diagnosis.rule import Skip

_ROWS = 400
_LEAST, _FEWEST = 60, 20
_LABEL_BYTES = 2**26
_BYTES = 2**26
_WHOLE_BYTES = 2**27
INFORMATIVE = 4.0
"""Standard deviations of labels dealt out at random, below which inputs say nothing of their labels."""
WEAK = 0.1
"""What is explained at most where little more than the order of collection may tell labels from inputs."""
_CERTAIN = 10.0  # deviations for another order, of which many are tried
_SHARE = 0.06


@dataclass(frozen=True)
class Rows:
    """Rows that are looked at, as flat lists of inputs and outputs.

    Attributes:
        numbers: index array, of the rows.
        inputs, labels: lists of arrays.
        worded: list of bool, whether an input is token ids or text.
        losses: of the outputs.
        seed: int.
    """

    numbers: np.ndarray
    inputs: list[np.ndarray]
    labels: list[np.ndarray]
    worded: list[bool]
    losses: Sequence[str]
    seed: int

    def measure(self, inputs: list[np.ndarray] | None = None) -> "Measure":
        """Returns how labels go together with these inputs, or with others in their place."""
        used = self.inputs if inputs is None else inputs
        picture = next((i for i, leaf in enumerate(used) if is_number(leaf.dtype) and not self.worded[i]), None)
        try:
            if picture is not None and len(self.labels) == 1 and places_of(used[picture], self.labels[0]):
                return Measure(patterns=Patterns(used[picture], self.labels[0], self.seed))
            return Measure(Predictions(used, self.labels, self.worded, self.losses, self.seed))
        except ValueError as error:
            raise Skip(f"nothing can be predicted: {error}") from error


@dataclass(frozen=True)
class Measure:
    """One of the two ways to ask whether labels go together with inputs."""

    predictions: Predictions | None = None
    patterns: Patterns | None = None

    def of(self, labels: list[np.ndarray]) -> tuple[float, float, float]:
        """Returns what is explained of labels, the same of labels dealt out at random, and the deviations between."""
        if self.patterns is not None:
            explained, dealt = self.patterns.explained(labels[0]), self.patterns.dealt
        else:
            assert self.predictions is not None
            explained, dealt = self.predictions.explained(labels), self.predictions.dealt
        return explained, float(dealt.mean()), float((explained - dealt.mean()) / max(dealt.std(ddof=1), 1e-9))


def dependence(source: Source, losses: Sequence[str] = (), worded: Sequence[bool] = ()) -> Dependence:
    """Returns whether inputs say anything about their labels.

    Up to 400 rows or 64 MB are looked at, spread over arrays. Where inputs say nothing, other orders of the labels of
    arrays are tried, and another reading of arrays of up to 128 MB.

    Args:
        source: the data.
        losses: of the outputs. Default: ().
        worded: list of bool, whether an input is token ids or text. Default: none is.

    Raises:
        Skip: there are fewer than 60 rows, no labels, or labels that are all the same.
    """
    rows = _rows(source, losses, worded)
    if len(rows.numbers) < _LEAST or not rows.labels:
        raise Skip("there are too few rows with labels to say whether inputs say anything about them")
    measure = rows.measure()
    explained, chance, deviations = measure.of(rows.labels)
    nothing = deviations < INFORMATIVE
    # Rows that were collected in some order say a little about labels that stand in another.
    weak = nothing or explained < WEAK
    return Dependence(
        samples=len(rows.numbers),
        kind="patterns" if measure.patterns is not None else "prediction",
        explained=explained,
        by_chance=chance,
        deviations=deviations,
        realigned=_realigned(source, rows, measure) if weak else None,
        elsewhere=measure.patterns.elsewhere(rows.labels[0]) if nothing and measure.patterns is not None else 0,
        labels_in_order=_in_order(source, rows),
    )


def _rows(source: Source, losses: Sequence[str], worded: Sequence[bool]) -> Rows:
    reader = source.reader
    balanced = _balanced(reader, losses, source.seed) if isinstance(reader, Arrays) else None
    if balanced is not None and isinstance(reader, Arrays):
        numbers, batch = balanced, reader.batch(balanced)
    else:
        chunks = list(source.chunks(_ROWS, most_bytes=_BYTES))
        numbers, batch = np.concatenate([part for part, _ in chunks]), joined([part for _, part in chunks])
    inputs = leaves(batch.x)
    words = list(worded) if len(worded) == len(inputs) else [False] * len(inputs)
    rows = Rows(numbers, inputs, leaves(batch.y), words, losses, source.seed)
    ids = _ids(rows.labels, losses)
    if ids is not None and len(ids) - np.unique(ids, return_counts=True)[1].max() < _FEWEST:
        raise Skip("there are too few rows of any class but the commonest")
    return rows


def _balanced(reader: Arrays, losses: Sequence[str], seed: int) -> np.ndarray | None:
    """Returns rows of which each class has about as many, as far as there are; None for labels that are no classes.

    Among rows as they come, a rare class has too few to say anything of it.
    """
    count = min(_ROWS, max(1, _BYTES // reader.row_bytes()))
    width = sum(leaf.row_bytes for leaf in leaves(reader.label_rows))
    if reader.samples <= count or width * reader.samples > _LABEL_BYTES:
        return None
    ids = _ids(leaves(reader.labels(slice(0, reader.samples))), losses)
    if ids is None:
        return None
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(ids))
    # The first row of each class, then the second of each, and so on.
    turns = np.empty(len(ids), int)
    for rows in np.split(np.argsort(ids[order], kind="stable"), np.cumsum(np.unique(ids, return_counts=True)[1])[:-1]):
        turns[rows] = np.arange(len(rows))
    return np.sort(order[np.argsort(turns, kind="stable")[:count]])


def _ids(labels: list[np.ndarray], losses: Sequence[str]) -> np.ndarray | None:
    """Returns the classes of the only output, one a row; None where there are others, or none."""
    if len(labels) != 1:
        return None
    [values] = labels
    kind = kind_of(values, losses[0] if len(losses) == 1 else "")
    if not are_classes(values, kind):
        return None
    ids = class_ids(values, kind)
    return ids if len(ids) == len(values) else None


def _realigned(source: Source, rows: Rows, measure: Measure) -> Realignment | None:
    """Returns the best of the orders and readings in which inputs do say something about their labels."""
    reader = source.reader
    if not isinstance(reader, Arrays) or are_windows(rows.inputs[0]):
        return None  # the next value of a series stands in the window of the next row
    deadline = source.budget.share(_SHARE)
    best: tuple[float, Realignment] | None = None
    for kind, size, explained, deviations in deadline.keep(_tried(reader, rows, measure)):
        if deviations > _CERTAIN and (best is None or explained > best[0]):
            best = explained, Realignment(kind, size, explained)
    return None if best is None else best[1]


def _tried(reader: Arrays, rows: Rows, measure: Measure) -> Iterator[tuple[Any, int, float, float]]:
    """Yields a kind, the rows of a shift, what is explained then, and the deviations from chance."""
    for kind, size, order in orders(reader.samples):
        explained, _, deviations = measure.of(leaves(reader.labels(order[rows.numbers])))
        yield kind, size, explained, deviations
    yield from _readings(reader, rows, measure)


def _readings(reader: Arrays, rows: Rows, measure: Measure) -> Iterator[tuple[Any, int, float, float]]:
    for kind, nested in (("labels_reshaped", reader.label_rows), ("inputs_reshaped", reader.inputs)):
        arrays = leaves(nested)
        if sum(len(array) * array.row_bytes for array in arrays) > _WHOLE_BYTES:
            continue
        read = [transposed(array[slice(0, len(array))]) for array in arrays]
        if all(array is None for array in read):
            continue
        parts = [
            array[rows.numbers] if other is None else other[rows.numbers]
            for array, other in zip(arrays, read, strict=True)
        ]
        try:
            explained, _, deviations = (
                measure.of(parts) if kind == "labels_reshaped" else rows.measure(parts).of(rows.labels)
            )
        except (Skip, ValueError):  # read so, nothing varies
            continue
        yield kind, 0, explained, deviations


def _in_order(source: Source, rows: Rows) -> bool:
    """Returns whether the only labels, one a row, stand in order over the whole of the data."""
    if len(rows.labels) != 1 or rows.labels[0].size != len(rows.numbers) or not isinstance(source.reader, Arrays):
        return False
    ids = _ids(rows.labels, rows.losses)
    return is_ordered(np.asarray(rows.labels[0], np.float64).ravel() if ids is None else ids)
