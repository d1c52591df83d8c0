"""PredictionPages: what a model predicts in validation, as pictures, histogram and figures."""

import os
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_stable.callbacks.checked_callback import CheckedCallback
from keras_stable.callbacks.dashboard.pictures import confusion_picture, shares_picture, worst_picture
from keras_stable.callbacks.dashboard.run_writers import VALIDATION, RunWriters, shared_writers
from keras_stable.callbacks.dashboard.step_number import steps_taken
from keras_stable.callbacks.dashboard.time_share import TimeShare
from keras_stable.callbacks.dashboard.validation_counts import MOST_CLASSES, ValidationCounts, countable_classes
from keras_stable.ops.predictions import prediction_statistics
from keras_stable.reporting.dashboard_tags import CLASSES

# So a training of a few seconds draws at its end only.
_SECONDS_TO_DRAW = 0.2


class PredictionPages(CheckedCallback):
    """Shows the predictions of the validation that `fit` makes anyway. It writes no key into `logs`.

    All of it goes to the run `validation`. Without validation data, or of a model with several outputs or whose loss
    is not one for classes that exclude each other, it writes nothing.

    | TensorBoard tag | value |
    | --- | --- |
    | `predictions/predicted_classes` | histogram of the predicted class ids |
    | `predictions/confusion_matrix` | picture: what was predicted for each class |
    | `predictions/class_shares` | picture: shares of the classes, predicted and true |
    | `predictions/largest_losses` | picture: the samples with the largest loss, where inputs are pictures |
    | `predictions/<key>` | `unique_classes` and so on, where `logs` has no `val_` key of that name |

    A picture is drawn whenever drawing takes less than 1 % of the time, and at the end. Up to 100 classes are told
    apart.

    Args:
        log_dir: where the events go, or the `RunWriters` of a dashboard.
        class_names: sequence of str, of the classes in their order. Default: their ids.
        share: float, the share of the time that drawing may take. Default 0.01.
    """

    def __init__(
        self, log_dir: str | os.PathLike | RunWriters, class_names: Sequence[str] | None = None, share: float = 0.01
    ) -> None:
        super().__init__()
        self._writers = shared_writers(log_dir)
        self._names = None if class_names is None else [str(name) for name in class_names]
        self._time = TimeShare(share, expected=_SECONDS_TO_DRAW)
        self._counts: ValidationCounts | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._writers.begin()
        self._time.start()
        self._drawn = self._validated = -1
        self._fresh = False
        classes = countable_classes(self.model)
        self._counts = ValidationCounts(self.model) if classes is not None and classes <= MOST_CLASSES else None

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        if self._counts is not None:
            self._counts.reset()
            self._fresh = True

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if not self._fresh or not self._matrix().sum():
            return
        self._fresh = False
        step = self._validated = steps_taken(self.model, epoch + 1)
        writer, predicted = self._writers.of(VALIDATION), self._matrix().sum(axis=0)
        edges = np.arange(len(predicted) + 1) - 0.5
        writer.counted(step, ["predictions/predicted_classes"], edges, predicted[None])
        if "val_unique_classes" not in (logs or {}):
            figures = {name: float(value) for name, value in vars(prediction_statistics(predicted)).items()}
            tags = [CLASSES, *(f"predictions/{name}" for name in figures)]
            writer.scalars(step, tags, [figures["effective_classes"], *figures.values()])
        if self._time.allows():
            self._draw()
        self._writers.flush()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        if self._counts is not None:
            if self._validated > self._drawn:
                self._draw()
            self._counts.detach()
            self._counts = None
        self._writers.end()

    def _matrix(self) -> np.ndarray:
        return (
            np.asarray(keras.ops.convert_to_numpy(self._counts.confusion.result()))
            if self._counts
            else np.zeros((0, 0))
        )

    def _draw(self) -> None:
        matrix, writer, step = self._matrix(), self._writers.of(VALIDATION), self._validated
        if self._counts is None or not matrix.sum():
            return
        with self._time.spent():
            writer.image(step, "predictions/confusion_matrix", *confusion_picture(matrix, self._names))
            shares = shares_picture(matrix.sum(axis=0), matrix.sum(axis=1), self._names)
            writer.image(step, "predictions/class_shares", *shares)
            if self._counts.worst is not None:
                pictures, figures = self._counts.worst.result()
                if len(pictures):
                    writer.image(step, "predictions/largest_losses", *worst_picture(pictures, figures, self._names))
        self._drawn = step
