"""How diverse predictions are: from class ids to counts, from counts to three numbers."""

from dataclasses import dataclass
from typing import Any

import keras
from keras import ops


@dataclass(frozen=True)
class PredictionStatistics:
    """Three views of the same counts.

    Attributes:
        unique_classes: how many classes were predicted at all; 0 without predictions.
        effective_classes: exp(entropy) of the predicted shares, in nats: the number of classes that, predicted
            equally often, would be as diverse (Hill 1973, order 1); 0 without predictions.
        top_class_share: the share of the class that was predicted most often, in [0, 1]; 0 without predictions.
    """

    unique_classes: Any
    effective_classes: Any
    top_class_share: Any


def predicted_classes(y_pred: Any, threshold: float = 0.5) -> Any:
    """Returns the class ids of predictions, int32 [batch * positions].

    Args:
        y_pred: logits or probabilities [..., classes]; or of one unit, [..., 1].
        threshold: float; with one unit, the class is 1 above it and else 0. Default 0.5, as for a probability;
            that of a logit is 0.

    >>> predicted_classes(ops.convert_to_tensor([[0.1, 0.9], [0.8, 0.2]])).numpy().tolist()
    [1, 0]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    if y_pred.shape[-1] == 1:
        return ops.reshape(ops.cast(y_pred > threshold, "int32"), (-1,))
    return ops.reshape(ops.cast(ops.argmax(y_pred, axis=-1), "int32"), (-1,))


def class_counts(class_ids: Any, num_classes: int) -> Any:
    """Returns how often each class occurs, float32 [num_classes]."""
    return ops.sum(ops.one_hot(class_ids, num_classes, dtype="float32"), axis=0)


def prediction_statistics(counts: Any) -> PredictionStatistics:
    """Returns the statistics of counts [num_classes] as float32 scalars.

    >>> statistics = prediction_statistics(ops.convert_to_tensor([5.0, 5.0, 0.0]))
    >>> {name: round(float(value), 4) for name, value in vars(statistics).items()}
    {'unique_classes': 2.0, 'effective_classes': 2.0, 'top_class_share': 0.5}
    """
    counts = ops.cast(counts, "float32")
    total = ops.sum(counts)
    shares = counts / ops.maximum(total, 1.0)
    entropy = -ops.sum(shares * ops.log(ops.maximum(shares, keras.config.epsilon())))
    any_prediction = ops.cast(total > 0, "float32")
    return PredictionStatistics(
        unique_classes=ops.sum(ops.cast(counts > 0, "float32")),
        effective_classes=ops.exp(entropy) * any_prediction,
        top_class_share=ops.max(shares),
    )
