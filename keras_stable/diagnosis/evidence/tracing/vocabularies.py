"""The ids that are looked up in embeddings, counted."""

from collections.abc import Callable, Iterator

import numpy as np

from keras_stable.diagnosis.evidence.data.inner_zeros import zeros_between
from keras_stable.diagnosis.evidence.data.padding import padded_rows
from keras_stable.diagnosis.evidence.tracing.recording import Recording
from keras_stable.diagnosis.facts import Words

Rows = tuple[np.ndarray, np.ndarray | None]


def looked_up_words(
    recording: Recording, more: Callable[[np.ndarray], Rows] = lambda ids: (ids, None)
) -> Iterator[Words]:
    """Yields the figures of each embedding that sequences of ids enter, over the rows of the first pass.

    Args:
        recording: the first passes.
        more: returns more rows of the same ids with a label each, in which zeros are looked for. Default: the same
            rows, without labels.
    """
    layers = {seen.path: seen.layer for seen in recording.seen}
    for path, ids in recording.looked_up.items():
        if ids.ndim != 2 or ids.shape[1] < 2:
            continue
        padded = padded_rows(ids)
        words = ids[padded.content] if padded is not None else ids.reshape(-1)
        if getattr(layers[path], "mask_zero", False):
            words = words[words != 0]
        distinct, counts = np.unique(words, return_counts=True)
        if len(distinct):
            yield Words(
                layer=path,
                size=int(getattr(layers[path], "input_dim", 0)),
                count=len(words),
                distinct=len(distinct),
                commonest=int(distinct[counts.argmax()]),
                share=float(counts.max() / counts.sum()),
                zeros=zeros_between(*more(ids)),
                zero_is_masked=bool(getattr(layers[path], "mask_zero", False)),
            )
