"""Metrics that nothing resets between epochs."""

import keras
import numpy as np

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, forward
from keras_stable.diagnosis.evidence.model.own_steps import has_own_step
from keras_stable.diagnosis.evidence.step.step_watching import watched_step
from keras_stable.keras_private import flatten_layers, own_metrics


def kept_metrics(model: keras.Model, batch: Batch) -> tuple[str, ...]:
    """Returns the names of the metrics whose variables are another after a step and a reset, as `fit` does it.

    Args:
        model: compiled; a copy, whose metrics move.
        batch: of the data.
    """
    _step(model, batch)
    model.reset_metrics()
    metrics = {id(metric): metric for layer in flatten_layers(model) for metric in own_metrics(layer)}
    # What `compile` was given comes as one metric that holds the others.
    listed = [member for metric in model.metrics for member in getattr(metric, "metrics", None) or [metric]]
    metrics |= {id(metric): metric for metric in listed}
    before = {key: _values(metric) for key, metric in metrics.items()}
    _step(model, batch)
    model.reset_metrics()
    # A metric that counts since it was made has moved once more.
    return tuple(metric.name for key, metric in metrics.items() if not np.array_equal(_values(metric), before[key]))


def _step(model: keras.Model, batch: Batch) -> None:
    if has_own_step(model):
        watched_step(model, batch)
        return
    x, y, weight = map(as_tensors, (batch.x, batch.y, batch.sample_weight))
    model.compute_metrics(x, y, forward(model, x, training=True), weight)


def _values(metric: keras.Metric) -> np.ndarray:
    return np.concatenate([np.asarray(variable).reshape(-1) for variable in metric.variables] or [np.zeros(0)])
