"""Batches as `fit` gets them: inputs scaled, labels as class ids."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.data.structures import Split


class PreparedBatches(keras.utils.PyDataset):
    """The batches of another `PyDataset`, with scaled inputs and labels as class ids."""

    def __init__(self, batches: keras.utils.PyDataset, scale: float) -> None:
        super().__init__(
            workers=batches.workers,
            use_multiprocessing=batches.use_multiprocessing,
            max_queue_size=batches.max_queue_size,
        )
        self._batches = batches
        self._scale = scale

    def __len__(self) -> int:
        return self._batches.num_batches

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        x, y = (np.asarray(part) for part in self._batches[index])
        if x.dtype != np.uint8 or self._scale != 1:
            x = np.multiply(x, self._scale, dtype=np.float64).astype(np.float32)
        if y.ndim == 2:
            y = np.argmax(y, axis=1) if y.shape[1] > 1 else y[:, 0]
        return x, y.astype(np.int64)

    def on_epoch_begin(self) -> None:
        self._batches.on_epoch_begin()

    def on_epoch_end(self) -> None:
        self._batches.on_epoch_end()


def prepared(batches: Any, input_shape: tuple[int, ...], scale: float, prefetch: int | None = None) -> Split:
    """Returns batches with scaled inputs and labels as class ids [n].

    Args:
        batches: a `tf.data.Dataset` or a `keras.utils.PyDataset` of (inputs, labels).
        input_shape: tuple of int, the shape of one input.
        scale: float, which multiplies every input; uint8 stays uint8 where it is 1.
        prefetch: int, how many batches of a dataset are made ahead. Default None: TensorFlow chooses.
    """
    if not isinstance(batches, tf.data.Dataset):
        return Split(PreparedBatches(batches, scale))

    def prepare(x: Any, y: Any) -> tuple[Any, Any]:
        x = tf.ensure_shape(x, (None, *input_shape))
        if x.dtype != tf.uint8 or scale != 1:
            x = tf.cast(tf.cast(x, tf.float64) * scale if scale != 1 else x, tf.float32)
        y = tf.convert_to_tensor(y)
        if y.shape.rank == 2 and y.shape[1] != 1:
            y = tf.argmax(y, axis=1)
        return x, tf.cast(tf.reshape(y, [-1]), tf.int64)

    return Split(batches.map(prepare, num_parallel_calls=tf.data.AUTOTUNE).prefetch(prefetch or tf.data.AUTOTUNE))
