"""PredictionDiversity: how many classes a classifier predicts, and how evenly."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.arguments import is_integer
from keras_stable.errors import invalid_argument
from keras_stable.keras_private import mask_of
from keras_stable.ops.labels import label_counts, labels_of, position_weights
from keras_stable.ops.predictions import class_counts, labelled_statistics, predicted_classes, prediction_statistics
from keras_stable.ops.replica_sums import sums_over_replicas


@keras.saving.register_keras_serializable(package="keras_stable")
class PredictionDiversity(keras.metrics.Metric):
    """Counts the predicted classes of all samples since the last reset, and the labels beside them.

    Its result is a dict, which Keras spreads over `logs`:

    | key | value |
    | --- | --- |
    | `unique_classes` | how many classes were predicted at all |
    | `effective_classes` | exp(entropy) of the predicted shares (Hill 1973, order 1) |
    | `top_class_share` | share of the class predicted most often, in [0, 1] |
    | `never_predicted_classes` | how many of the classes that occur in the labels were never predicted |
    | `label_divergence` | Jensen-Shannon divergence of the predicted from the labels' shares, in nats (Lin 1991) |
    | `distinct_in_10` | how many classes 10 predictions taken at random have on average (Hurlbert 1971) |

    The last three are there where labels were. With validation data, `val_unique_classes` and so on stand beside them,
    at no second pass. A model that predicts one class for every sample has 1, 1.0 and 1.0.

    Predictions are logits or probabilities, labels ids or one-hot; in the outputs of a segmentation or a sequence each
    position counts. A position counts as much as its sample weight, and not at all where it is masked, or where its
    label is no class (such as 255 for "void"). Under a `tf.distribute` strategy the counts of all replicas are summed.

    Args:
        num_classes: int >= 2; the classes of the model. A model with one unit has 2.
        threshold: float; with one unit, class 1 is predicted above it, and with `multi_label` each class. Default 0.5,
            as for a probability; that of a logit is 0.
        name: str. Default "prediction_diversity".
        dtype: of the result. Counts are float32, exact up to 16,777,216 predictions of a class.
        multi_label: bool. Whether a sample has any number of classes, each with a unit that says yes or no. Each yes
            is a prediction then. Default False.
        class_names: sequence of `num_classes` str, for `never_predicted`. Default None: the ids.

    Raises:
        ValueError: `num_classes` is not an int >= 2, or there are not as many names.

    >>> metric = PredictionDiversity(num_classes=3, class_names=["cat", "dog", "owl"])
    >>> metric.update_state([0, 2], [[9.0, 0.0, 0.0], [0.0, 9.0, 0.0]])
    >>> {name: round(float(value), 3) for name, value in list(metric.result().items())[:3]}
    {'unique_classes': 2.0, 'effective_classes': 2.0, 'top_class_share': 0.5}
    >>> metric.never_predicted()
    ['owl']
    """

    def __init__(
        self,
        num_classes: int,
        threshold: float = 0.5,
        name: str = "prediction_diversity",
        dtype: Any = None,
        *,
        multi_label: bool = False,
        class_names: Sequence[str] | None = None,
    ) -> None:
        if not is_integer(num_classes, at_least=2):
            raise invalid_argument("num_classes", "an int >= 2", num_classes)
        if class_names is not None and (isinstance(class_names, str) or len(class_names) != num_classes):
            raise invalid_argument("class_names", f"a sequence of {num_classes} names, or None", class_names)
        super().__init__(name=name, dtype=dtype)
        self.num_classes = int(num_classes)
        self.threshold = threshold
        self.multi_label = multi_label
        self.class_names = None if class_names is None else [str(name) for name in class_names]
        shape = (self.num_classes,)
        self.counts = self.add_weight(shape=shape, initializer="zeros", dtype="float32", name="counts")
        self.label_counts = self.add_weight(shape=shape, initializer="zeros", dtype="float32", name="label_counts")
        self._labelled = False
        self._compiled: Any = None

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Counts the classes of a batch.

        Args:
            y_true: ids [...] or [..., 1], one-hot or several labels [..., classes], or None.
            y_pred: logits or probabilities [..., classes], or of one unit [..., 1].
            sample_weight: of the first axes of `y_pred` but the last, or None.
        """
        mask = mask_of(y_pred)
        y_pred = tf.convert_to_tensor(y_pred)
        weights = position_weights(y_pred, sample_weight, mask)
        labels = labels_of(y_true, y_pred, self.num_classes)
        if labels is not None:
            self._labelled = True
            if labels.ids is not None:
                weights *= tf.cast(labels.ids >= 0, tf.float32)
            self.label_counts.assign_add(label_counts(labels, self.num_classes, weights))
        self.counts.assign_add(self._predicted(y_pred, weights))

    def result(self) -> dict[str, Any]:
        """Returns the numbers as a dict of float32 scalars."""
        return self._of(*_over_replicas([self.counts, self.label_counts]))

    def numbers(self, strategy: tf.distribute.Strategy) -> dict[str, float]:
        """Returns the numbers as floats, outside of any step.

        Args:
            strategy: that of the model; each of its replicas has counted its own samples.
        """
        copies = [strategy.experimental_local_results(part.value) for part in (self.counts, self.label_counts)]
        counts, labels = (parts[0].read_value() if len(parts) == 1 else tf.add_n(list(parts)) for parts in copies)
        if self._compiled is None or self._compiled[0] != self._labelled:
            names = list(self._of(counts, labels))
            # Some forty ops: one by one they would take as long as some steps of a small model.
            function = tf.function(lambda *both: tf.stack(list(self._of(*both).values())), autograph=False)
            self._compiled = self._labelled, names, function.get_concrete_function(counts, labels)
        _, names, function = self._compiled
        return dict(zip(names, function(counts, labels).numpy().tolist(), strict=True))

    def _of(self, counts: tf.Tensor, labels: tf.Tensor) -> dict[str, Any]:
        # Of weights that come to less than 1 in all, the shares are still shares.
        total = tf.reduce_sum(counts)
        whole = counts / tf.where(total > 0, tf.minimum(total, 1.0), 1.0)
        result = dict(vars(prediction_statistics(whole)))
        return {**result, **vars(labelled_statistics(counts, labels))} if self._labelled else result

    def never_predicted(self) -> list[Any]:
        """Returns the names of the classes that occur in the labels, or of all without labels, and in no prediction."""
        counts, labels = (np.asarray(variable) for variable in (self.counts, self.label_counts))
        ids = np.flatnonzero((counts <= 0) & ((labels > 0) if labels.any() else True))
        return [int(i) if self.class_names is None else self.class_names[i] for i in ids]

    def get_config(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in ("num_classes", "threshold", "multi_label", "class_names")}
        return {**super().get_config(), **own}

    def _predicted(self, y_pred: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        if self.multi_label:
            says_yes = tf.reshape(tf.cast(y_pred > self.threshold, tf.float32), [-1, self.num_classes])
            return tf.linalg.matvec(says_yes, weights, transpose_a=True)
        return class_counts(predicted_classes(y_pred, self.threshold), self.num_classes, weights)


def _over_replicas(variables: list[Any]) -> list[tf.Tensor]:
    """Returns the sums of the variables over replicas: inside a step, each replica sees its own."""
    return sums_over_replicas([tf.convert_to_tensor(variable) for variable in variables])
