"""The outputs of the layers over the recorded batches."""

import math

from keras_stable.diagnosis.evidence.tracing.bounds import saturates
from keras_stable.diagnosis.evidence.tracing.dataflow import makers
from keras_stable.diagnosis.evidence.tracing.moments import Moments
from keras_stable.diagnosis.evidence.tracing.recording import Recording, Seen
from keras_stable.diagnosis.facts import LayerOutput

SATURATED_SHARE = 0.95


def activations(recording: Recording) -> tuple[LayerOutput, ...]:
    """Returns the figures of every layer's output, in data-flow order.

    Saturation is not measured for what the model returns: the shares of a model that is sure, and right, lie at the
    bounds. The spread is that of each unit's mean over positions.
    """
    returned = {layer.path for path in recording.output_paths.values() for layer in makers(recording.seen, path)}
    return tuple(
        _output(layer, recording.given[layer.path], recording.entered_nonfinite[layer.path], layer.path in returned)
        for layer in recording.seen
        if layer.path in recording.given
    )


def _output(seen: Seen, moments: Moments, entered_nonfinite: int, returned: bool) -> LayerOutput:
    bounded = saturates(seen.activation) and not returned
    return LayerOutput(
        path=seen.path,
        kind=seen.kind,
        role=seen.role,
        activation=seen.activation,
        units=moments.units,
        mean=moments.mean,
        std=moments.std,
        maximum=moments.maximum,
        nonfinite=moments.nonfinite,
        nonfinite_rows=tuple(moments.nonfinite_rows),
        input_nonfinite=entered_nonfinite,
        dead=moments.dead,
        saturated=moments.saturated(SATURATED_SHARE) if bounded else math.nan,
        spread=moments.spread,
    )
