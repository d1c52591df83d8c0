"""Evidence about what surrounds the model: the data over time, and training against validation."""

from collections.abc import Iterator, Sequence
from typing import Any

from keras_stable.diagnosis import facts
from keras_stable.diagnosis.evidence.budget import Budget
from keras_stable.diagnosis.evidence.data.batch import Batch, joined
from keras_stable.diagnosis.evidence.data.missing_codes import missing_code
from keras_stable.diagnosis.evidence.data.nesting import named
from keras_stable.diagnosis.evidence.data.row_access import is_number
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.data.streams import Stream
from keras_stable.diagnosis.evidence.program.contrasts import contrast
from keras_stable.diagnosis.evidence.program.dependences import dependence
from keras_stable.diagnosis.evidence.program.mirrorings import MOST_ROWS, seen_mirrorings
from keras_stable.diagnosis.evidence.program.pipelines import pipeline
from keras_stable.diagnosis.evidence.providing import provides

# Of the whole time, for the first rows of an epoch; the latest epoch that is looked at.
_EPOCH, _LAST_EPOCH = 0.02, 50
_CODED_ROWS = 2048
_MODES = {"left and right": "horizontal", "top and bottom": "vertical"}
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

    @provides("mirroring")
    def _mirroring(self) -> tuple[facts.Mirroring, ...]:
        """Pictures that a layer or a later epoch mirrors, of a model with one output."""
        inputs = self.get("inputs") or ()
        outputs: Sequence[facts.Output] = self.get("outputs") or ()
        pictures = next((item.name for item in inputs if len(item.shape) == 3), None)
        if pictures is None or len(outputs) != 1:
            return ()
        names = (pictures, outputs[0].name)
        structure = self.get("structure")
        flips = [layer for layer in (structure.layers if structure else ()) if layer.kind == "RandomFlip"]
        if flips:
            sides = [side for side, mode in _MODES.items() if mode in str(flips[0].config.get("mode", ""))]
            rows = self.source.sample(MOST_ROWS)
            return tuple(
                item for side in sides for item in seen_mirrorings(names, rows, None, layer=flips[0].path, side=side)
            )
        return tuple(item for epoch, pair in self._two_epochs() for item in seen_mirrorings(names, *pair, epoch=epoch))

    def _two_epochs(self) -> Iterator[tuple[int, tuple[Batch, Batch]]]:
        """Yields the number of a later epoch, with rows of the first one and of the later: the last one first."""
        reader = self.source.reader
        if not isinstance(reader, Stream) or reader.kind not in ("dataset", "pydataset"):
            return
        epochs = reader.epochs(2)
        first = self._head(next(epochs))
        last = min(self.source.epochs or 2, _LAST_EPOCH)
        late = reader.late_epoch(last - 1) if last > 2 else None
        if late is not None:
            yield last, (first, self._head(late))
            return
        second = next(reader.epochs(1), None) if reader.kind == "dataset" else next(epochs, None)
        if second is not None:
            yield 2, (first, self._head(second))

    def _head(self, batches: Iterator[Batch]) -> Batch:
        kept, rows = [], 0
        for batch in self.budget.share(_EPOCH).keep(batches):
            kept.append(batch)
            rows += batch.rows
            if rows >= MOST_ROWS:
                break
        return joined(kept)

    @provides("missing_codes")
    def _missing_codes(self) -> tuple[facts.MissingCode, ...]:
        inputs = self.get("inputs") or ()
        words = {item.name for item in inputs if item.consumer == "Embedding"}
        columns = named(self.source.sample(_CODED_ROWS).x, [item.name for item in inputs] or None, "input")
        seen = (missing_code(name, x) for name, x in columns if is_number(x.dtype) and name not in words)
        return tuple(code for code in seen if code is not None)

    @provides("dependence")
    def _dependence(self) -> facts.Dependence:
        outputs = self.get("outputs") or ()
        worded = [item.consumer == "Embedding" or item.dtype in _TEXT for item in self.get("inputs") or ()]
        return dependence(self.source, [output.loss for output in outputs], worded)
