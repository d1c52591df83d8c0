"""`Dashboard`: all that the package shows of a training, in one callback."""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from keras_stable.callbacks.audit_callback import AuditCallback
from keras_stable.callbacks.callback_group import CallbackGroup
from keras_stable.callbacks.dashboard.gradient_curves import GradientCurves
from keras_stable.callbacks.dashboard.gradient_heat_map import GradientHeatMap
from keras_stable.callbacks.dashboard.gradient_spread import GradientSpread
from keras_stable.callbacks.dashboard.history_callback import HistoryCallback, HistoryFeed
from keras_stable.callbacks.dashboard.keras_scalars import KerasScalars
from keras_stable.callbacks.dashboard.layout import write_layout
from keras_stable.callbacks.dashboard.learning_curves import LearningCurves
from keras_stable.callbacks.dashboard.prediction_pages import PredictionPages
from keras_stable.callbacks.dashboard.run_writers import RunWriters
from keras_stable.callbacks.dashboard.session import Session
from keras_stable.callbacks.dashboard.texts import Texts
from keras_stable.callbacks.dashboard.validation_counts import countable_classes
from keras_stable.callbacks.gradient_norm_logger import GradientNormLogger
from keras_stable.callbacks.prediction_diversity_logger import PredictionDiversityLogger
from keras_stable.errors import InvalidArgumentError, invalid_argument
from keras_stable.keras_private import running_fit
from keras_stable.optimizers.of_models import innermost
from keras_stable.optimizers.passive_recorder import recorded_gradients

_NOTES = """Every point stands at the number of its step. Gradients and layers: one point for each window of steps, the
largest value in it, for each tag by itself; up to about {points} points, so a peak is never missing and a long
training stays a small file. Losses, metrics and predictions: one point an epoch. The curve `validation` is that of the
validation data, `after_clipping` the gradient norm after all clips. Pictures are drawn as often as 1 % of the time
allows, and at the end."""


class Dashboard(CallbackGroup):
    """Shows a training in TensorBoard: what matters first, and on every page of it.

    The first screen has the loss and the accuracy of training and validation, the gradient norm before and after
    clipping, and how many classes are predicted. Below it, and on the other pages: every variable's gradient, weight
    and update norms with the limits drawn in, their distributions, a heat map over the steps, the confusion matrix,
    class shares and the samples with the largest loss, a row in the table of HParams, the config, the model and the
    findings of the live rules. The page "The dashboard" of the documentation has a table of all tags.

    It reads what the compiled step has in hand, and no sample is looked at twice. Any optimizer will do: the gradients
    of one that is not of `keras_stable.optimizers` are recorded as they are while `fit` lasts. What cannot be shown is
    said in the text `about/dashboard`. Beside it, `keras.callbacks.TensorBoard` of the same directory leaves its
    scalars of each epoch out, for they would be the same again.

    The keys of `GradientNormLogger` come into `logs` for the callbacks after this one, and those of
    `PredictionDiversityLogger` for all.

    Args:
        log_dir: str or path, the directory of this run; `tensorboard --logdir` takes it, or a directory above it.
        config: what the training was told, for the page Text: a text in YAML, or nested mappings. Default: none.
        hparams: nested mappings of numbers, bools and strings, the columns of HParams; empty writes no row. Default:
            the name of the optimizer, its learning rate and the epochs.
        class_names: sequence of str, of the classes in their order, for the pictures. Default: their ids.
        most_points: int >= 1, about how many points a tag of gradients or layers gets. Default 500.
        into_logs: bool, whether the keys come into `logs`. Default True.
        audit: bool, whether the live rules run; or the `AuditCallback` of the same `fit`. Default True.

    Raises:
        InvalidArgumentError: an argument cannot be right.

    >>> import tempfile
    >>> import keras, numpy as np
    >>> from keras_stable.models import classifier
    >>> x, y = np.random.default_rng(0).normal(size=(64, 4)), np.arange(64) % 3
    >>> model = classifier((4,), 3, hidden_units=(8,))
    >>> model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     history = model.fit(x, y, validation_data=(x, y), verbose=0, callbacks=[Dashboard(directory)])
    ...     sorted(name for name in os.listdir(directory) if "tfevents" not in name)
    ['after_clipping', 'validation']
    >>> history.history["grad_norm_max"][0] > 0
    True
    """

    def __init__(
        self,
        log_dir: str | os.PathLike,
        *,
        config: str | Mapping[str, Any] | None = None,
        hparams: Mapping[str, Any] | None = None,
        class_names: Sequence[str] | None = None,
        most_points: int = 500,
        into_logs: bool = True,
        audit: bool | AuditCallback = True,
    ) -> None:
        super().__init__()
        if not isinstance(log_dir, str | os.PathLike):
            raise invalid_argument("log_dir", "a str or a path", log_dir)
        if isinstance(most_points, bool) or not isinstance(most_points, int) or most_points < 1:
            raise invalid_argument("most_points", "an int >= 1", most_points)
        if class_names is not None and (isinstance(class_names, str) or not isinstance(class_names, Sequence)):
            raise invalid_argument("class_names", "a sequence of str, or None", class_names)
        for name, value in (("hparams", hparams), ("config", config)):
            if value is not None and not isinstance(value, Mapping | (str if name == "config" else Mapping)):
                raise invalid_argument(name, "a mapping, or None", value)
        self.log_dir = os.fspath(log_dir)
        self.config, self.hparams, self.class_names = config, hparams, class_names
        self.most_points, self.into_logs, self.audit = most_points, into_logs, audit
        self._recording = contextlib.ExitStack()
        self._keras: KerasScalars | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._writers = RunWriters(self.log_dir)
        self._writers.begin()
        beside, _ = running_fit()
        self._keras = KerasScalars([] if beside is None else beside.callbacks, self.log_dir)
        problem = self._record()
        self._learning = LearningCurves(self._writers)
        self._gradients = None if problem else GradientCurves(self._writers, self.most_points)
        notes = [_NOTES.format(points=self.most_points), *([f"No gradients are shown: {problem}"] if problem else [])]
        classes = countable_classes(self.model, several=True)
        if classes is None:
            notes.append("No predictions are shown: the model has not one output with a loss for classes.")
        self.callbacks = [
            *([GradientNormLogger()] if self.into_logs and not problem else []),
            *([PredictionDiversityLogger(class_names=self.class_names)] if self.into_logs and classes else []),
            self._learning,
            *self._of_steps(),
            PredictionPages(self._writers, self.class_names),
            Texts(self._writers, self.config, "\n\n".join(notes), audit=self.audit),
            *([Session(self._writers, self.hparams)] if self.hparams is None or self.hparams else []),
        ]
        for callback in self.callbacks:
            callback.set_model(self.model)
            callback.set_params(self.params)
        self._laid_out = False
        super().on_train_begin(logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        super().on_epoch_end(epoch, logs)
        if not self._laid_out:
            self._laid_out = True
            quantities = self._gradients.quantities if self._gradients else ()
            write_layout(self._writers.of(), quantities, self._learning.metric_tag)
            self._writers.flush()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_end(logs)
        self.callbacks = []
        self._writers.end()
        self._recording.close()
        if self._keras is not None:
            self._keras.give_back()

    def _of_steps(self) -> list[HistoryCallback]:
        if self._gradients is None:
            return []
        callbacks = [self._gradients, GradientSpread(self._writers), GradientHeatMap(self._writers)]
        return [HistoryFeed(callbacks), *callbacks]

    def _record(self) -> str:
        """Has the optimizer keep its norms, and returns why it cannot, or nothing."""
        optimizer = getattr(self.model, "optimizer", None)
        if optimizer is None:
            return "the model has no optimizer"
        self._recording.close()
        try:
            changed = self._recording.enter_context(_all_recorded(optimizer))
        except InvalidArgumentError as error:
            return str(error)
        if changed:
            # A step that was traced before records less.
            self.model.make_train_function(force=True)
        return ""


@contextlib.contextmanager
def _all_recorded(optimizer: Any) -> Iterator[bool]:
    """Has an optimizer keep all that there is to keep, yields whether it kept less before, and gives that back."""
    inner = innermost(optimizer)
    recorded = hasattr(inner, "gradient_ring")
    with recorded_gradients(optimizer, "all"):
        # That of another recorder stays as it is.
        before = getattr(inner, "record", None)
        if before is None:
            yield not recorded
            return
        inner.record = "all"
        try:
            yield inner.record != before
        finally:
            inner.record = before
