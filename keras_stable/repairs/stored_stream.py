"""Data that may come from a generator, which gives each batch only once."""

from typing import Any

from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.data.stream_kinds import stream_kind

_MOST_BATCHES = 5_000


class StoredStream:
    """The data of `fit`; the batches of a generator are kept, so that they can be given again.

    Args:
        x: what `fit` is given.

    >>> import numpy as np
    >>> stored = StoredStream((np.ones((2, 1)), np.zeros(2)) for _ in range(3))
    >>> len(list(stored.again())), len(list(stored.again()))
    (3, 3)
    """

    def __init__(self, x: Any) -> None:
        self._kept: list[Any] | None = None
        self._x = x
        if stream_kind(x) == "generator":
            batches = zip(range(_MOST_BATCHES), Source(x, labelled=False).batches(), strict=False)
            self._kept = [tuple(part for part in vars(batch).values() if part is not None) for _, batch in batches]

    @property
    def data(self) -> Any:
        """Returns the data in a form that can be read more than once."""
        if self._kept is None:
            return self._x
        import tensorflow as tf

        first = self._kept[0]
        spec = tf.nest.map_structure(lambda leaf: tf.TensorSpec((None, *leaf.shape[1:]), leaf.dtype), first)
        return tf.data.Dataset.from_generator(lambda: iter(self._kept or ()), output_signature=spec)

    def again(self) -> Any:
        """Returns the data as `fit` was to get them; a new generator in place of one."""
        return self._x if self._kept is None else iter_of(self._kept)


def iter_of(batches: list[Any]) -> Any:
    """Returns a generator over batches."""
    yield from batches
