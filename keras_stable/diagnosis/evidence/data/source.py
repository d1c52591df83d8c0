"""Everything that `fit` takes, read as NumPy batches with flat memory. Imports no TensorFlow."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from keras_stable.arguments import is_integer
from keras_stable.data.checks import data_error
from keras_stable.diagnosis.evidence.budget import Budget
from keras_stable.diagnosis.evidence.data.arrays import Arrays, is_array_like
from keras_stable.diagnosis.evidence.data.batch import Batch, joined
from keras_stable.diagnosis.evidence.data.class_weights import check_class_weight, weighted
from keras_stable.diagnosis.evidence.data.plans import plan_of
from keras_stable.diagnosis.evidence.data.stream_kinds import stream_kind
from keras_stable.diagnosis.evidence.data.streams import Stream
from keras_stable.diagnosis.evidence.data.surveys import ROWS, Survey
from keras_stable.diagnosis.facts import Plan
from keras_stable.errors import invalid_argument

__all__ = ["Batch", "Source"]

_ENDLESS_ROWS = 2**15  # of a stream that does not tell its length
_EXAMINED_BYTES = 2**28
_SAMPLE_BYTES = 2**26
# Of the whole time, for one look through the data: a stream may read a file for each of its rows.
_READING = 0.05


class Source:
    """The data of a `fit`. Nothing of it is copied or loaded as a whole.

    Args:
        x: array, list, tuple or dict of arrays, batched `tf.data.Dataset`, `PyDataset`, generator or loader. What is
            taken from a generator is kept and read again: it gives each batch only once.
        y: the labels of arrays; None for a stream, which brings its own. Default: None.
        batch_size: int, samples in a batch of arrays; None for 32. Default: 32.
        validation_data: (x, y), (x, y, sample_weight), or a stream as for `x`. Default: None.
        validation_split: float in [0, 1), the last share of arrays, kept for validation. Default: 0.0.
        shuffle: bool or "batch", as in `fit`. Default: True.
        class_weight: dict of class id to weight. Default: None.
        sample_weight: array. Default: None.
        epochs: int, of the whole training; None when nobody said. Default: None.
        seed: int, of the rows that `sample` takes. Default: 0.
        steps_per_epoch: int, batches in an epoch; None for all. Default: None.
        budget: `Budget`, of which a look through the data takes a small part. Default: without a limit.
        labelled: bool, whether there must be labels, as every loss of `compile` needs them. Default: True.

    Raises:
        InvalidArgumentError: data that `fit` or an audit cannot take. What a dataset holds is checked as it is read.

    >>> source = Source(np.zeros((10, 3)), np.arange(10) % 2, batch_size=4)
    >>> [batch.rows for batch in source.batches()], source.sample(2).x.shape
    ([4, 4, 2], (2, 3))
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        *,
        batch_size: int | None = 32,
        validation_data: Any = None,
        validation_split: float = 0.0,
        shuffle: bool | str = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        epochs: int | None = None,
        seed: int = 0,
        steps_per_epoch: int | None = None,
        budget: Budget | None = None,
        labelled: bool = True,
    ) -> None:
        for name, number in (("batch_size", batch_size), ("epochs", epochs), ("steps_per_epoch", steps_per_epoch)):
            if number is not None and not is_integer(number, at_least=1):
                raise invalid_argument(name, "a positive integer or None", number)
        if not isinstance(validation_split, int | float) or not 0 <= validation_split < 1:
            raise invalid_argument("validation_split", "a number from 0 to below 1", validation_split)
        check_class_weight(class_weight, sample_weight)
        self.class_weight = class_weight
        self.epochs = epochs
        self.seed = seed
        self.budget = budget or Budget()
        self.validation: Source | None = None
        self.is_split = validation_data is None and validation_split > 0
        size = int(batch_size or 32)
        # `shuffle="batch"` reorders the rows within a batch only, which changes no batch.
        shuffled = shuffle is True or shuffle == 1
        self.reader = _reader(x, y, sample_weight, "x", size, shuffled, steps_per_epoch, labelled)
        self._survey: Survey | None = None
        self._plan: Plan | None = None
        if validation_data is not None:
            self.validation = self._of(_validation_reader(validation_data, size, labelled))
        elif validation_split:
            if isinstance(self.reader, Stream):
                raise invalid_argument("validation_split", "0 for a dataset, which cannot be split", validation_split)
            self.validation = self._of(self.reader.split(float(validation_split)))

    @property
    def kind(self) -> str:
        """Returns "arrays", "dataset", "pydataset", "generator" or "loader"."""
        return self.reader.kind

    @property
    def taken(self) -> int:
        """Returns how many batches were taken from generators, which will not give them again."""
        own = self.reader.taken if isinstance(self.reader, Stream) else 0
        return own + (self.validation.taken if self.validation is not None else 0)

    @property
    def samples(self) -> int | None:
        """Returns how many rows there are; None for a dataset."""
        return self.reader.samples

    @property
    def rows(self) -> int | None:
        """Returns how many rows there are; of a dataset once it was read to its end, else None."""
        return self.reader.rows

    def plan(self, trained: bool = False) -> Plan:
        """Returns how `fit` walks over the data.

        Of a dataset up to 50 batches are read. Its `samples` may be too many by less than one batch.

        Args:
            trained: bool, whether the model was trained before.
        """
        if self._plan is None:
            self._plan = plan_of(self.reader, self.budget.share(_READING))
        weights = self._plan.class_weight or self.class_weight is not None
        return replace(self._plan, trained=trained, epochs=self.epochs, class_weight=weights)

    def batches(self, seed: int = 0) -> Iterator[Batch]:
        """Yields the batches of one epoch in the order of `fit`, with class weights turned into sample weights.

        A dataset without an end has none here either, unless `steps_per_epoch` was given.

        Args:
            seed: int, of the random order, where `fit` shuffles. Default: 0.
        """
        for batch in self.reader.read(seed):
            yield batch if self.class_weight is None else weighted(batch, self.class_weight)

    def sample(self, rows: int = 512) -> Batch:
        """Returns the same rows every time, spread over the data; without class weights.

        Args:
            rows: int, how many; fewer where they are large, up to 64 MB, or slow to read. Default: 512.
        """
        return joined([batch for _, batch in self.chunks(rows, most_bytes=_SAMPLE_BYTES)])

    def validation_sample(self, rows: int = 512) -> Batch | None:
        """Returns the same of the validation data; None where there is none."""
        return None if self.validation is None else self.validation.sample(rows)

    def chunks(
        self, rows: int, *, inputs: bool = True, most_bytes: int = _EXAMINED_BYTES
    ) -> Iterator[tuple[np.ndarray, Batch]]:
        """Yields some rows a few at a time, with their numbers.

        They are spread over the data; of a stream this holds for up to 4,096 rows, and more are its first.

        Args:
            rows: int, how many in all.
            inputs: bool, whether the inputs are needed; without them `x` is None. Default: True.
            most_bytes: int, of all rows together; fewer are read where they are large. Default: 256 MB.
        """
        if isinstance(self.reader, Stream):
            if not inputs:
                return self.survey.labels(rows)
            if rows <= ROWS:
                return self.survey.chunks(rows, most_bytes)
        chunks = self.reader.chunks(rows, seed=self.seed, inputs=inputs, most_bytes=most_bytes)
        return self.budget.share(_READING).keep(chunks)

    @property
    def survey(self) -> Survey:
        """Returns rows from all over a stream, which is read once for it, for a small part of the time."""
        if self._survey is None:
            assert isinstance(self.reader, Stream)
            endless = self.reader.length is None
            most = ROWS if self.reader.kind == "generator" else _ENDLESS_ROWS
            deadline = self.budget.share(_READING)
            self._survey = Survey(self.reader.read(), deadline, most if endless else None, self.seed)
        return self._survey

    def _of(self, reader: Arrays | Stream) -> "Source":
        other = Source.__new__(Source)
        other.__dict__.update(self.__dict__, reader=reader, class_weight=None, _survey=None, _plan=None)
        return other


def _reader(
    x: Any,
    y: Any,
    sample_weight: Any,
    argument: str,
    batch_size: int,
    shuffle: bool,
    steps: int | None = None,
    labelled: bool = True,
) -> Arrays | Stream:
    if stream_kind(x):
        for name, value in (("y", y), ("sample_weight", sample_weight)):
            if value is not None:
                raise data_error(name, f"None, since `{argument}` brings its own", f"{type(value).__name__}")
        return Stream(x, argument, shuffle, steps, labelled)
    if not is_array_like(x):
        must_be = "arrays, a tf.data.Dataset, a PyDataset, a generator or a loader, as `fit` takes them"
        raise data_error(argument, must_be, type(x).__name__)
    return Arrays(x, y, sample_weight, argument, batch_size, shuffle, steps, labelled)


def _validation_reader(data: Any, batch_size: int, labelled: bool = True) -> Arrays | Stream:
    name = "validation_data"
    if stream_kind(data):
        return Stream(data, name, shuffle=False, labelled=labelled)
    if not labelled and is_array_like(data) and not isinstance(data, tuple | list):
        data = (data, None)
    if not isinstance(data, tuple | list) or len(data) not in (2, 3):
        what = f"a {type(data).__name__} of {len(data)}" if isinstance(data, tuple | list) else type(data).__name__
        raise data_error(name, "(x, y), (x, y, sample_weight), a tf.data.Dataset, a PyDataset or a generator", what)
    x, y, weight = (*data, None)[:3]
    return _reader(x, y, weight, name, batch_size, shuffle=False, labelled=labelled)
