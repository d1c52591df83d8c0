"""Keeps the samples of a stream after its first pass."""

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Literal

import tensorflow as tf


def cached(samples: tf.data.Dataset, where: Literal["memory", "disk"] | None) -> tf.data.Dataset:
    """Returns samples that are made in the first pass, and kept for the others.

    What is on disk is gone with the dataset, or with the process: a file that outlives them could be that of other
    data.

    Args:
        samples: in the same order in every pass.
        where: "memory", "disk", which is a temporary directory, or None: they are made anew in every pass.

    >>> samples = cached(tf.data.Dataset.range(3), "disk")
    >>> [int(sample) for sample in samples], [int(sample) for sample in samples]
    ([0, 1, 2], [0, 1, 2])
    """
    if where is None:
        return samples
    if where == "memory":
        return samples.cache()
    directory = tempfile.mkdtemp(prefix="keras_stable-cache-")
    kept = samples.cache(str(Path(directory) / "samples"))
    weakref.finalize(kept, shutil.rmtree, directory, ignore_errors=True)
    return kept
