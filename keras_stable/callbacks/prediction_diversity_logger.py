"""PredictionDiversityLogger: how diverse the predictions are, in `logs` and in TensorBoard."""

import os
from collections.abc import Callable, Sequence
from typing import Any

import keras

from keras_stable.callbacks.checked_callback import CheckedCallback
from keras_stable.callbacks.event_writer import EventWriter
from keras_stable.errors import invalid_argument
from keras_stable.keras_private import extend_logs, metrics_given_to_compile
from keras_stable.metrics import PredictionDiversity
from keras_stable.ops.batches import input_batches

_KEYS = (
    "unique_classes",
    "effective_classes",
    "top_class_share",
    "never_predicted_classes",
    "label_divergence",
    "distinct_in_10",
)
# Each unit of the output says yes or no for itself.
_BINARY_LOSSES = ("binarycrossentropy", "binaryfocalcrossentropy", "bce")


class PredictionDiversityLogger(CheckedCallback):
    """Puts the diversity of the predictions into `logs`, and into TensorBoard.

    Without `x`, the predictions that `fit` makes anyway are counted, in training and in validation, so that
    nothing is computed twice. The model needs no `metrics.PredictionDiversity` for that, and one that it has is
    used. With `x`, the model predicts these samples after every epoch.

    At the end of each epoch, for all callbacks, whatever their order (with `x`, for those after this one):

    | key | TensorBoard tag | value |
    | --- | --- | --- |
    | `unique_classes` | `predictions/unique_classes` | how many classes were predicted |
    | `effective_classes` | `predictions/effective_classes` | exp(entropy) of the predicted shares |
    | `top_class_share` | `predictions/top_class_share` | share of the class predicted most often |
    | `never_predicted_classes` | `predictions/never_predicted_classes` | labelled classes that were never predicted |
    | `label_divergence` | `predictions/label_divergence` | Jensen-Shannon divergence from the labels' shares, nats |
    | `distinct_in_10` | `predictions/distinct_in_10` | classes in 10 predictions taken at random, on average |
    | `val_` and each of these | in `validation/` of `log_dir` | the same of the validation data |

    With `x`, the keys without `val_` are those of `x`; there are no labels then, and the last three are missing.
    Several units under a binary crossentropy are taken for as many labels, each with a yes or a no. Sample weights
    count, class weights among them. See `metrics.PredictionDiversity`.

    Args:
        log_dir: where the TensorBoard events go; None writes none. Default None.
        x: inputs to predict after each epoch: array [n, ...], batched `tf.data.Dataset`, `PyDataset` or list of
            batches. Default None: none.
        class_names: sequence of str, one for each class, for `never_predicted`. Default None: the ids.

    Attributes:
        never_predicted: dict with "training" and "validation": the names of the classes that occur in the labels and
            were never predicted, as of the last epoch. Of the metric of the model itself, ask that one.

    Raises:
        ValueError: when training begins, the number of classes cannot be read from the model's output.

    >>> import numpy as np
    >>> from keras_stable.models import classifier
    >>> x, y = np.random.default_rng(0).normal(size=(64, 4)), np.arange(64) % 3
    >>> model = classifier((4,), 3, hidden_units=(8,))
    >>> model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    >>> history = model.fit(x, y, validation_data=(x, y), verbose=0, callbacks=[PredictionDiversityLogger()])
    >>> sorted(history.history)[-1]
    'val_unique_classes'
    """

    def __init__(
        self,
        log_dir: str | os.PathLike | None = None,
        x: Any = None,
        *,
        class_names: Sequence[str] | None = None,
    ) -> None:
        super().__init__()
        self.log_dir = log_dir
        self.x = x
        self.class_names = class_names
        self.never_predicted: dict[str, list[Any]] = {}
        self._counting = "training"
        self._numbers: dict[str, dict[str, float]] = {}
        self._metric: PredictionDiversity | None = None
        self._attached: Any = None
        self._end_logs: Callable[[], None] = lambda: None
        self._writers: dict[str, EventWriter] = {}

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        if self.x is not None:
            self._metric = _new_metric(self.model, self.class_names)
        elif not _has_metric(self.model):
            self._metric = _new_metric(self.model, self.class_names)
            self._count_predictions_of_fit(self._metric)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._counting = "training"
        self._numbers = {}
        if self._metric is not None:
            self._metric.reset_state()

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._note()
        if self._metric is not None:
            self._metric.reset_state()
        self._counting = "validation"

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        logs = {} if logs is None else logs
        self._note()
        if self.x is not None and self._metric is not None:
            logs.update(self._of_x(self._metric))
        for prefix, numbers in self._numbers.items():
            logs.update({f"{prefix}{name}": value for name, value in numbers.items()})
        if self.log_dir is not None:
            self._write(epoch, logs, ".", "")
            self._write(epoch, logs, "validation", "val_")

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        if vars(self.model).get("compute_metrics") is self._attached and self._attached is not None:
            del self.model.compute_metrics
            self._end_logs()
            _trace_again(self.model)
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def _count_predictions_of_fit(self, metric: PredictionDiversity) -> None:
        compute_metrics = type(self.model).compute_metrics.__get__(self.model)

        def compute_metrics_and_diversity(x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
            metric.update_state(y, y_pred, sample_weight)
            return compute_metrics(x, y, y_pred, sample_weight)

        # The one place where Keras hands out the predictions of both `fit` and its validation.
        self._attached = compute_metrics_and_diversity
        self.model.compute_metrics = self._attached
        # Keras asks before any callback hears of the end, and may evaluate something else there.
        self._end_logs = extend_logs(self.model, self._noted)
        _trace_again(self.model)

    def _noted(self) -> dict[str, float]:
        """Returns the numbers of the part that has just ended; none for what another callback evaluates."""
        before = len(self._numbers)
        self._note()
        return list(self._numbers.values())[-1] if len(self._numbers) > before else {}

    def _note(self) -> None:
        """Keeps the numbers of what has just ended, once."""
        prefix = "val_" if self._counting == "validation" else ""
        if self._metric is not None and self.x is None and prefix not in self._numbers:
            self._numbers[prefix] = self._metric.numbers(self.model.distribute_strategy)
            self.never_predicted[self._counting] = self._metric.never_predicted()

    def _of_x(self, metric: PredictionDiversity) -> dict[str, float]:
        metric.reset_state()
        for batch in input_batches(self.x):
            metric.update_state(None, self.model.predict_on_batch(batch))
        return {name: float(value) for name, value in metric.result().items()}

    def _write(self, epoch: int, logs: dict[str, Any], subdirectory: str, prefix: str) -> None:
        values = {f"predictions/{key}": logs[prefix + key] for key in _KEYS if prefix + key in logs}
        if values:
            if subdirectory not in self._writers:
                self._writers[subdirectory] = EventWriter(os.path.join(os.fspath(self.log_dir or "."), subdirectory))
            self._writers[subdirectory].scalars(epoch, list(values), list(values.values()))
            self._writers[subdirectory].flush()


def _trace_again(model: keras.Model) -> None:
    model.make_train_function(force=True)
    model.make_test_function(force=True)


def _has_metric(model: keras.Model) -> bool:
    # Before the first batch, Keras holds the metrics of `compile` as they were given, in a container of its own.
    compiled = [metrics_given_to_compile(metric) for metric in model.metrics]
    return any(isinstance(metric, PredictionDiversity) for metric in keras.tree.flatten([model.metrics, compiled]))


def _new_metric(model: keras.Model, class_names: Sequence[str] | None) -> PredictionDiversity:
    shape = getattr(model, "output_shape", None)
    if not isinstance(shape, tuple) or not shape or not isinstance(shape[-1], int):
        raise invalid_argument(
            "model",
            "one whose single output has a known number of classes; for others, compile it with "
            "metrics=[keras_stable.metrics.PredictionDiversity(num_classes)]",
            model.name,
        )
    loss = (keras.tree.flatten(model.loss) or [None])[0]
    kind = loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
    with model.distribute_strategy.scope():
        return PredictionDiversity(
            max(shape[-1], 2),
            threshold=0.0 if getattr(loss, "from_logits", False) else 0.5,
            multi_label=shape[-1] > 1 and kind.replace("_", "").lower() in _BINARY_LOSSES,
            class_names=class_names,
        )
