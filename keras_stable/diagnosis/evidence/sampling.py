"""Which rows losses and predictions are judged on."""

import itertools
import math
from collections.abc import Sequence

import keras

from keras_stable.diagnosis.evidence.data.batch import joined
from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.data.source import Batch, Source
from keras_stable.diagnosis.evidence.model.demands import demanded_rows, stateful_layers
from keras_stable.diagnosis.facts import Output

# Enough to count classes, and no dearer than a few steps.
_LEAST_ROWS, _MOST_ROWS, _SAMPLE_BATCHES = 128, 512, 8
# Of one evaluation: one row of a picture or a text of labels is as good as many rows of one label.
_ANSWER_BYTES = 2**27


def read_sample(model: keras.Model, source: Source) -> Batch:
    """Returns rows from all over the data, as many as judge well: whole batches where the model demands them.

    Of a model that carries states from one batch to the next they are the first batches, in their order: what is
    carried over means something only there.

    Args:
        model: whose demands count.
        source: the data.
    """
    size = source.plan(trained=False).batch_size
    rows = min(_MOST_ROWS, max(_LEAST_ROWS, _SAMPLE_BATCHES * size))
    if stateful_layers(model):
        return joined(list(itertools.islice(source.reader.read(), max(1, rows // size))))
    return source.sample(whole_batches(rows, demanded_rows(model)))


def rows_in_memory(sample: Batch, outputs: Sequence[Output]) -> int:
    """Returns how many rows of a sample have labels and answers of a bearable size, at least one.

    Args:
        sample: the rows; outputs: facts.
    """
    answer_bytes = sum(4 * math.prod(size or 1 for size in output.shape) for output in outputs)
    label_bytes = sum(leaf.nbytes for leaf in leaves(sample.y)) // sample.rows
    return max(1, _ANSWER_BYTES // max(1, answer_bytes + label_bytes))


def whole_batches(rows: float, demanded: int | None) -> int:
    """Returns the number of rows, or what is left of it in whole batches of what is demanded, at least one.

    >>> whole_batches(50.5, None), whole_batches(50, 20), whole_batches(7, 20)
    (50, 40, 20)
    """
    whole = math.floor(rows)
    return whole if demanded is None else max(demanded, whole - whole % demanded)
