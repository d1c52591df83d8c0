"""ValidationCounts: which classes a validation predicted for which labels, and its pictures with the largest loss."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_stable.ops.predictions import predicted_classes

# A matrix of more classes cannot be read, and costs.
MOST_CLASSES = 100
PICTURES = 12
_SMALLEST_SIDE = 8


@keras.saving.register_keras_serializable(package="keras_stable")
class ConfusionCounts(keras.metrics.Metric):
    """Counts pairs of a label and a predicted class; its result is the matrix, float32 [labels, predictions].

    Args:
        num_classes: int >= 2.
        threshold: float; with one unit, class 1 is predicted above it. Default 0.5.
        name: str. Default "confusion_counts".
        dtype: as for every metric of Keras; counts are float32.

    >>> metric = ConfusionCounts(2)
    >>> metric.update_state([1, 1, 0], [[0.2, 0.8], [0.9, 0.1], [0.9, 0.1]])
    >>> metric.result().numpy().tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """

    def __init__(
        self, num_classes: int, threshold: float = 0.5, name: str = "confusion_counts", dtype: Any = None
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.num_classes, self.threshold = num_classes, threshold
        self.counts = self.add_weight(shape=(num_classes**2,), initializer="zeros", dtype="float32", name="counts")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Counts labels [...] or one-hot [..., classes] against answers [..., classes]; weights play no part."""
        predicted = predicted_classes(y_pred, self.threshold)
        labels = label_ids(y_true, y_pred)
        # A label that is no class, such as the -1 of a position to ignore, counts nowhere.
        valid = ops.logical_and(labels >= 0, labels < self.num_classes)
        pairs = ops.where(valid, labels * self.num_classes + predicted, 0)
        self.counts.assign_add(ops.segment_sum(ops.cast(valid, "float32"), pairs, self.num_classes**2))

    def result(self) -> Any:
        """Returns the matrix of the samples since the last reset."""
        return ops.reshape(self.counts, (self.num_classes, self.num_classes))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "num_classes": self.num_classes, "threshold": self.threshold}


class WorstPictures:
    """Keeps the pictures with the smallest probability of their label, which have the largest loss.

    Args:
        shape: of a picture, `(height, width)` or `(height, width, channels)`.
        threshold: float; 0 where answers are logits, 0.5 where they are probabilities.
    """

    def __init__(self, shape: tuple[int, ...], threshold: float) -> None:
        self.shape, self.from_logits = shape, threshold == 0
        self.pictures = tf.Variable(tf.zeros((PICTURES, *shape)), trainable=False)
        self.figures = tf.Variable(tf.zeros((PICTURES, 3)), trainable=False)
        self.reset()

    def reset(self) -> None:
        """Forgets every picture."""
        self.figures.assign(np.tile([-1.0, 0.0, 0.0], (PICTURES, 1)))

    def update(self, x: Any, y_true: Any, y_pred: Any) -> None:
        """Takes in a batch: pictures [n, ...], labels and answers [n, classes]."""
        answers = ops.cast(y_pred, "float32")
        labels = label_ids(y_true, y_pred)
        predicted = predicted_classes(y_pred, 0.0 if self.from_logits else 0.5)
        if answers.shape[-1] == 1:
            chance = ops.sigmoid(answers[:, 0]) if self.from_logits else answers[:, 0]
            of_label = ops.where(labels > 0, chance, 1 - chance)
        else:
            of_label = tf.gather(ops.softmax(answers) if self.from_logits else answers, labels, batch_dims=1)
        losses = -ops.log(ops.maximum(of_label, keras.config.epsilon()))
        figures = ops.stack([losses, ops.cast(labels, "float32"), ops.cast(predicted, "float32")], axis=1)
        # First the largest of the batch: a picture may be large, and a batch is many.
        best = tf.math.top_k(losses, tf.minimum(PICTURES, tf.shape(losses)[0])).indices
        figures = tf.concat([self.figures, tf.gather(figures, best)], 0)
        pictures = tf.concat([self.pictures, tf.cast(tf.gather(x, best), tf.float32)], 0)
        best = tf.math.top_k(figures[:, 0], PICTURES).indices
        self.figures.assign(tf.gather(figures, best))
        self.pictures.assign(tf.gather(pictures, best))

    def result(self) -> tuple[np.ndarray, np.ndarray]:
        """Returns pictures [m, ...] and, for each, its loss, label and predicted class [m, 3]; largest loss first."""
        figures = self.figures.numpy()
        kept = figures[:, 0] >= 0
        return self.pictures.numpy()[kept], figures[kept]


class ValidationCounts:
    """Counts in the validation that `fit` makes anyway; nothing is computed twice, and the training step is as it was.

    Args:
        model: compiled, with a single output [..., classes] and a loss for classes.

    Attributes:
        confusion: `ConfusionCounts`.
        worst: `WorstPictures`, or None where inputs are no pictures.
    """

    def __init__(self, model: keras.Model) -> None:
        threshold = 0.0 if getattr(model.loss, "from_logits", False) else 0.5
        with model.distribute_strategy.scope():
            self.confusion = ConfusionCounts(max(model.output_shape[-1], 2), threshold)
        shape = picture_shape(getattr(model, "input_shape", None))
        single = model.distribute_strategy.num_replicas_in_sync == 1 and len(model.output_shape) == 2
        self.worst = WorstPictures(shape, threshold) if shape and single else None
        self._model = model
        self._test_step = model.test_step
        model.test_step = self._counting_step
        model.make_test_function(force=True)

    def reset(self) -> None:
        """Begins a validation."""
        self.confusion.reset_state()
        if self.worst is not None:
            self.worst.reset()

    def detach(self) -> None:
        """Leaves the model as it was."""
        if vars(self._model).get("test_step") == self._counting_step:
            del self._model.test_step
            self._model.make_test_function(force=True)

    def _counting_step(self, data: Any) -> Any:
        model, before = self._model, vars(self._model).get("compute_metrics")
        compute = model.compute_metrics

        def compute_and_count(x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
            self.confusion.update_state(y, y_pred)
            if self.worst is not None:
                self.worst.update(x, y, y_pred)
            return compute(x, y, y_pred, sample_weight)

        # The one place where Keras hands out the predictions; only as long as the step of the validation is traced.
        model.compute_metrics = compute_and_count
        try:
            return self._test_step(data)
        finally:
            if before is None:
                del model.compute_metrics
            else:
                model.compute_metrics = before


def countable_classes(model: keras.Model, *, several: bool = False) -> int | None:
    """Returns how many classes a model tells apart; None where it has several outputs, or no loss for classes.

    Args:
        model: compiled.
        several: bool, whether classes that do not exclude each other count too. Default False.
    """
    shape = getattr(model, "output_shape", None)
    if not isinstance(shape, tuple) or not shape or not isinstance(shape[-1], int):
        return None
    loss = model.loss
    name = loss if isinstance(loss, str) else getattr(loss, "name", None) or getattr(loss, "__name__", "")
    name = str(name).lower()
    classes = any(word in name for word in ("crossentropy", "cross_entropy", "focal", "hinge"))
    # Several units with a binary loss are labels that do not exclude each other.
    exclusive = not ("binary" in name and shape[-1] > 1)
    return max(shape[-1], 2) if classes and (exclusive or several) else None


def picture_shape(shape: Any) -> tuple[int, ...] | None:
    """Returns the shape of one input where inputs look like pictures, and None where they do not.

    >>> picture_shape((None, 28, 28, 1)), picture_shape((None, 8, 8)), picture_shape((None, 100, 4))
    ((28, 28, 1), (8, 8), None)
    """
    if not isinstance(shape, tuple) or not all(isinstance(size, int) for size in shape[1:]):
        return None
    sides, channels = shape[1:3], shape[3:]
    if len(sides) < 2 or min(sides) < _SMALLEST_SIDE or len(channels) > 1:
        return None
    fits = channels[0] in (1, 3) if channels else sides[0] == sides[1]
    return shape[1:] if fits else None


def label_ids(y_true: Any, y_pred: Any) -> Any:
    """Returns the class ids of labels, int32 [n], whether they are ids or one-hot as `y_pred` [..., classes]."""
    y_true, shape = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred).shape
    one_hot = len(y_true.shape) == len(shape) and y_true.shape[-1] == shape[-1] and shape[-1] > 1
    ids = ops.argmax(y_true, axis=-1) if one_hot else y_true
    return ops.reshape(ops.cast(ids, "int32"), (-1,))
