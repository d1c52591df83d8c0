"""The model's outputs with their losses and metrics."""

from collections.abc import Sequence

import numpy as np

from keras_stable.diagnosis.evidence.data.nesting import leaves
from keras_stable.diagnosis.evidence.model.loss_names import LossFacts, losses, metrics
from keras_stable.diagnosis.evidence.tracing.dataflow import learnt_before
from keras_stable.diagnosis.evidence.tracing.recording import Recording, Seen
from keras_stable.diagnosis.facts import Output

_KEEPS = ("dropout", "shape", "other")
_CERTAIN_ROWS = 4


def outputs(recording: Recording) -> tuple[Output, ...]:
    """Returns the outputs of the model that was recorded, in the order of `keras.tree.flatten`.

    Raises:
        Lost: Keras cannot match losses or metrics with the outputs.
    """
    model, y, answer = recording.model, recording.batch.y, recording.answer
    facts = []
    # Without labels no loss or metric of `compile` is ever computed.
    nothing = [(LossFacts(), ()) for _ in recording.outputs]
    matched = zip(losses(model, y, answer), metrics(model, y, answer), strict=True) if leaves(y) else nothing
    for (name, values), (loss, names) in zip(recording.outputs.items(), matched, strict=True):
        path, bounds = recording.output_paths[name], recording.bounds[name]
        facts.append(
            Output(
                name=name,
                layer=path,
                shape=values.shape[1:],
                width=values.shape[-1] if values.ndim > 1 else 1,
                activation=_activation(recording.seen, path, values) if bounds.plain else "custom",
                learnt_layer=learnt_before(recording.seen, path),
                metrics=names,
                low=bounds.low,
                high=bounds.high,
                bounded_by=bounds.by,
                **vars(loss),
            )
        )
    return tuple(facts)


def _activation(seen: Sequence[Seen], path: str, values: np.ndarray) -> str:
    """Returns what was applied last: by the layers; by the values where these cannot tell."""
    name = last_activation(seen, path)
    if name in ("linear", "custom") and _shares(values):
        return "softmax"
    return name


def last_activation(seen: Sequence[Seen], path: str) -> str:
    """Returns the last activation at or before a place: "linear" where nothing bends the values, "custom" if unknown.

    Layers that only move or keep values are passed. Scaling keeps a linear activation and changes the
    range of any other, which then counts as "custom"; so does a sum.
    """
    by_path = {layer.path: layer for layer in seen}
    if path not in by_path:
        return "custom" if path == "" else "linear"
    layer = by_path[path]
    if layer.activation and layer.activation != "linear":
        return layer.activation
    if layer.role == "learnt" or (layer.role == "normalization" and layer.kind != "UnitNormalization"):
        return "linear"
    before = {last_activation(seen, source) for source in layer.inputs} or {"custom"}
    if before == {"linear"}:
        return "linear"
    keeps = (layer.role in _KEEPS and layer.kind not in ("Lambda", "MatMul")) or layer.activation == "linear"
    if layer.role == "shape" or layer.kind == "Concatenate" or (keeps and layer.layer is not None):
        return before.pop() if len(before) == 1 else "custom"
    return "custom"


def _shares(values: np.ndarray) -> bool:
    """Returns whether each of several rows is a set of shares that sum to 1, which nothing else gives by chance."""
    if values.ndim < 2 or values.shape[-1] < 2 or values.dtype.kind not in "fV" or len(values) < _CERTAIN_ROWS:
        return False
    values = values.astype("float64")
    whole = np.isfinite(values).all() and (values >= 0).all() and (values <= 1).all()
    distinct = len(np.unique(values.reshape(-1, values.shape[-1]), axis=0)) > 1
    return bool(whole and distinct and np.allclose(values.sum(-1), 1, atol=1e-3))
