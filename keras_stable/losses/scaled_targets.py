"""ScaledTargets: a loss on targets of another unit than those that the model answers in."""

from typing import Any

import keras
from keras import ops

from keras_stable.errors import invalid_argument


@keras.saving.register_keras_serializable(package="keras_stable")
class ScaledTargets(keras.losses.Loss):
    """Another loss, of labels and answers that are both scaled first.

    So a model can answer in the unit of its labels, with a `Rescaling` as its last layer, and train as if the labels
    were of unit scale: with `scale=1 / std` and `offset=-mean / std` the loss sees `(y - mean) / std`.

    Args:
        loss: str, function or `keras.losses.Loss`, what is taken of the scaled values.
        scale: float, other than 0.
        offset: float. Default: 0.
        reduction, name: as in `keras.losses.Loss`.

    Shapes: those of the inner loss; returns what it gives before its reduction.

    Raises:
        ValueError: the scale is 0 or not finite.

    >>> loss = ScaledTargets("mean_squared_error", scale=0.01, offset=-3.0)
    >>> round(float(loss([[400.0]], [[300.0]])), 4)
    1.0
    """

    def __init__(
        self,
        loss: Any,
        scale: float,
        offset: float = 0.0,
        reduction: str = "sum_over_batch_size",
        name: str = "scaled_targets",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, **kwargs)
        if not 0 < abs(scale) < float("inf"):
            raise invalid_argument("scale", "a finite number other than 0", scale)
        self.loss = keras.losses.get(loss)
        self.scale = float(scale)
        self.offset = float(offset)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        y_pred = ops.convert_to_tensor(y_pred)
        y_true = ops.cast(y_true, y_pred.dtype)
        scaled = (self.scale * values + self.offset for values in (y_true, y_pred))
        inner = self.loss.call if isinstance(self.loss, keras.losses.Loss) else self.loss
        return inner(*scaled)

    def get_config(self) -> dict[str, Any]:
        loss = keras.saving.serialize_keras_object(self.loss)
        return {**super().get_config(), "loss": loss, "scale": self.scale, "offset": self.offset}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "ScaledTargets":
        """Returns the loss that a config describes, with its inner loss."""
        return cls(**{**config, "loss": keras.saving.deserialize_keras_object(config["loss"])})
