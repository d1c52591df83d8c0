"""Evidence about what surrounds the model: the data over time, and training against validation."""

from typing import Any

from keras_stable.diagnosis import facts
from keras_stable.diagnosis.evidence.budget import Budget
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.program.contrasts import contrast
from keras_stable.diagnosis.evidence.program.dependences import dependence
from keras_stable.diagnosis.evidence.program.pipelines import pipeline
from keras_stable.diagnosis.evidence.providing import provides

_TEXT = ("object", "str", "bytes")


class Surroundings:
    """What `AtRest` says of the data as a whole; it runs no model.

    Attributes:
        source, budget: as `AtRest` has them.
    """

    source: Source
    budget: Budget

    def get(self, name: str) -> Any:
        """Returns a kind of evidence, or None where it cannot be had."""
        raise NotImplementedError

    @provides("pipeline")
    def _pipeline(self) -> facts.Pipeline:
        outputs = self.get("outputs") or ()
        return pipeline(self.source, [output.name for output in outputs] or None, [output.loss for output in outputs])

    @provides("contrast")
    def _contrast(self) -> facts.Contrast:
        inputs, outputs = self.get("inputs") or (), self.get("outputs") or ()
        return contrast(
            self.source,
            [item.name for item in inputs] or None,
            [output.name for output in outputs] or None,
            [output.loss for output in outputs],
            {item.name for item in inputs if item.consumer == "Embedding"},
        )

    @provides("dependence")
    def _dependence(self) -> facts.Dependence:
        outputs = self.get("outputs") or ()
        worded = [item.consumer == "Embedding" or item.dtype in _TEXT for item in self.get("inputs") or ()]
        return dependence(self.source, [output.loss for output in outputs], worded)
