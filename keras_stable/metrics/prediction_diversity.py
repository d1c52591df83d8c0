"""PredictionDiversity: how many classes a classifier predicts, and how evenly."""

from typing import Any

import keras

from keras_stable.arguments import is_integer
from keras_stable.errors import invalid_argument
from keras_stable.ops.predictions import class_counts, predicted_classes, prediction_statistics


@keras.saving.register_keras_serializable(package="keras_stable")
class PredictionDiversity(keras.metrics.Metric):
    """Counts the predicted classes of all samples since the last reset; ignores the labels.

    Its result is a dict, which Keras spreads over `logs`:

    | key | value |
    | --- | --- |
    | `unique_classes` | how many classes were predicted at all |
    | `effective_classes` | exp(entropy) of the predicted shares (Hill 1973, order 1) |
    | `top_class_share` | share of the class predicted most often, in [0, 1] |

    With validation data, `val_unique_classes` and so on stand beside them, at no second pass.
    A model that predicts one class for every sample has 1, 1.0 and 1.0.

    Args:
        num_classes: int >= 2; the classes of the model. A model with one unit has 2.
        threshold: float; with one unit, class 1 is predicted above it. Default 0.5, as for a probability; that of
            a logit is 0.
        name: str. Default "prediction_diversity".
        dtype: of the result. Counts are float32, exact up to 16,777,216 predictions of a class.

    Raises:
        ValueError: `num_classes` is not an int >= 2.

    >>> metric = PredictionDiversity(num_classes=3)
    >>> metric.update_state(None, [[9.0, 0.0, 0.0], [0.0, 9.0, 0.0]])
    >>> {name: round(float(value), 3) for name, value in metric.result().items()}
    {'unique_classes': 2.0, 'effective_classes': 2.0, 'top_class_share': 0.5}
    """

    def __init__(
        self, num_classes: int, threshold: float = 0.5, name: str = "prediction_diversity", dtype: Any = None
    ) -> None:
        if not is_integer(num_classes, at_least=2):
            raise invalid_argument("num_classes", "an int >= 2", num_classes)
        super().__init__(name=name, dtype=dtype)
        self.num_classes = int(num_classes)
        self.threshold = threshold
        self.counts = self.add_weight(shape=(self.num_classes,), initializer="zeros", dtype="float32", name="counts")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Counts the classes of `y_pred` [..., classes]; labels and weights play no part."""
        self.counts.assign_add(class_counts(predicted_classes(y_pred, self.threshold), self.num_classes))

    def result(self) -> dict[str, Any]:
        """Returns the three numbers as a dict of float32 scalars."""
        return vars(prediction_statistics(self.counts))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "num_classes": self.num_classes, "threshold": self.threshold}
