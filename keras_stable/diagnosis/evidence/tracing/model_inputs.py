"""What enters the first layers that learn."""

import math
from collections.abc import Sequence
from typing import Any

from keras_stable.diagnosis.evidence.tracing.dataflow import way_to_learnt
from keras_stable.diagnosis.evidence.tracing.moments import Moments
from keras_stable.diagnosis.evidence.tracing.recording import Recording
from keras_stable.diagnosis.facts import Structure


def entering(recording: Recording, structure: Structure) -> dict[str, dict[str, Any]]:
    """Returns what enters the first learnt layer that each input reaches, as fields of `facts.Input` by input name.

    A normalization layer that comes directly after the first learnt layer, with no activation between, counts as well:
    it takes the scale away again. One that was never adapted does not.
    """
    fields: dict[str, dict[str, Any]] = {}
    for name in recording.inputs:
        way = [layer.path for layer in way_to_learnt(structure.layers, name)]
        consumer = structure.layer(way[-1]) if way else None
        moments = recording.entering.get(name, Moments())
        fields[name] = {
            "consumer": consumer.kind if consumer else "",
            "normalized_by": _normalized_by(structure, way),
            "entering_mean": moments.mean,
            "entering_std": moments.std,
            "entering_max": moments.maximum if moments.rows else math.nan,
        }
    return fields


def _normalized_by(structure: Structure, way: Sequence[str]) -> str:
    before = [structure.layer(path) for path in way[:-1]]
    if way and getattr(structure.layer(way[-1]), "activation", None) in ("linear", ""):
        after = structure.consumers(way[-1])
        before += after if len(after) == 1 else ()
    return next(
        (layer.path for layer in before if layer and layer.role == "normalization" and layer.adapted is not False), ""
    )
