"""FeatureNormalizationUpdate: keeps the normalization before the readout true to the encoder's present features."""

import warnings
from typing import Any

import keras

from keras_stable.arguments import is_integer
from keras_stable.callbacks.checked_callback import CheckedCallback
from keras_stable.errors import invalid_argument
from keras_stable.layers import NormalizationUpdate
from keras_stable.ops.batches import input_batches


class FeatureNormalizationUpdate(CheckedCallback):
    """Adapts the FeatureNormalization before the readout again, and rewrites the readout so that no output changes.

    The encoder moves while it trains, so the statistics of its features go stale. The rewrite is that of PopArt
    (van Hasselt et al. 2016, section 2.1), with features in the place of targets; the outputs move by float32
    rounding alone. When training begins, layers that were never adapted, such as the one on the inputs, are
    adapted to `x` as well. Features that are NaN, infinite or too large to square, as after an explosion, leave the
    statistics as they are, with one warning. It writes no key into `logs`.

    Args:
        x: training inputs, or a sample of them: array [n, ...], batched `tf.data.Dataset`, `PyDataset`, or a list
            of batches. It is read once for each update, so a generator will not do.
        every_epochs: int >= 1; an update follows every so many epochs, and one precedes the first. Default 1.

    Raises:
        ValueError: `every_epochs` is not an int >= 1; `x` is empty or not finite; or, when training begins, the
            model is not functional or Sequential with a FeatureNormalization that leads to a Dense layer.

    >>> import numpy as np
    >>> from keras_stable.models import classifier
    >>> x, y = np.random.default_rng(0).normal(7, 50, size=(64, 4)), np.arange(64) % 3
    >>> model = classifier((4,), 3, hidden_units=(8,))
    >>> model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    >>> history = model.fit(x, y, verbose=0, callbacks=[FeatureNormalizationUpdate(x)])
    """

    def __init__(self, x: Any, every_epochs: int = 1) -> None:
        super().__init__()
        if not is_integer(every_epochs, at_least=1):
            raise invalid_argument("every_epochs", "an int >= 1", every_epochs)
        self.x = x
        self.every_epochs = every_epochs

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._warned = False
        if isinstance(self.model, keras.Sequential) and not self.model.built:
            self.model.build((None, *next(input_batches(self.x)).shape[1:]))
        self._update = NormalizationUpdate(self.model)
        self._update.adapt_new(self.x)
        self._refresh()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if (epoch + 1) % self.every_epochs == 0:
            self._refresh()

    def _refresh(self) -> None:
        if not self._update.refresh(self.x) and not self._warned:
            self._warned = True
            warnings.warn(
                "The features are NaN, infinite or too large: their normalization stays as it was.", stacklevel=2
            )
