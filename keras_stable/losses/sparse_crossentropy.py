"""SparseCrossentropy: cross-entropy of integer labels with label smoothing and focusing."""

from typing import Any

import keras
from keras import ops

from keras_stable.errors import invalid_argument


@keras.saving.register_keras_serializable(package="keras_stable")
class SparseCrossentropy(keras.losses.Loss):
    r"""Cross-entropy between integer labels and logits, with the two options that Keras has for one-hot labels only.

    With probabilities p and smoothed labels q, each sample's loss is

    $$ - \sum_c q_c (1 - p_c)^\gamma \log p_c, \qquad q_c = (1 - s) [c = y] + s / C. $$

    Label smoothing: Szegedy et al. 2016, section 7. Focusing: Lin et al. 2017, equation 4, without its class
    weights, which `fit(class_weight=...)` gives. Computed from `log_softmax`, so that the gradient of a sample
    that is badly wrong is not cut off.

    Args:
        label_smoothing: float in [0, 1). Default 0.
        focal_gamma: float >= 0. Default 0: no focusing.
        reduction, name: as in `keras.losses.Loss`.

    Shapes: labels [batch] or [batch, 1], integers; logits [batch, classes]. Returns [batch] before reduction.

    Raises:
        ValueError: an argument is out of its range.

    >>> loss = SparseCrossentropy(label_smoothing=0.1)
    >>> round(float(loss([1], [[0.0, 0.0]])), 4)
    0.6931
    """

    def __init__(
        self,
        label_smoothing: float = 0.0,
        focal_gamma: float = 0.0,
        reduction: str = "sum_over_batch_size",
        name: str = "sparse_crossentropy",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, **kwargs)
        if not 0 <= label_smoothing < 1:
            raise invalid_argument("label_smoothing", "a number in [0, 1)", label_smoothing)
        if not 0 <= focal_gamma < float("inf"):
            raise invalid_argument("focal_gamma", "a finite number >= 0", focal_gamma)
        self.label_smoothing = label_smoothing
        self.focal_gamma = focal_gamma
        self.from_logits = True

    def call(self, y_true: Any, y_pred: Any) -> Any:
        y_pred = ops.convert_to_tensor(y_pred)
        classes = y_pred.shape[-1]
        log_p = ops.log_softmax(y_pred, axis=-1)
        labels = ops.one_hot(ops.reshape(ops.cast(y_true, "int32"), (-1,)), classes, dtype=log_p.dtype)
        labels = labels * (1.0 - self.label_smoothing) + self.label_smoothing / classes
        # The slope of a power below 1 is infinite at 0, where a sample that is surely right stands.
        wrong = ops.maximum(-ops.expm1(log_p), keras.config.epsilon())
        weight = ops.power(wrong, self.focal_gamma) if self.focal_gamma else 1.0
        return -ops.sum(labels * weight * log_p, axis=-1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "label_smoothing": self.label_smoothing, "focal_gamma": self.focal_gamma}
