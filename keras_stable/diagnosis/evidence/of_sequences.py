"""Evidence about sequences, and about targets that the inputs give away."""

import contextlib
import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis import facts
from keras_stable.diagnosis.evidence.at_rest import AtRest
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.foldings import folding
from keras_stable.diagnosis.evidence.data.nesting import leaves, named
from keras_stable.diagnosis.evidence.data.padding import PaddedRows, padded_rows
from keras_stable.diagnosis.evidence.data.row_access import is_float, is_number
from keras_stable.diagnosis.evidence.data.sequence_axes import axes
from keras_stable.diagnosis.evidence.data.step_shifts import step_shift
from keras_stable.diagnosis.evidence.data.target_copies import copy_of_target
from keras_stable.diagnosis.evidence.model.names import layer_paths
from keras_stable.diagnosis.evidence.providing import provides
from keras_stable.diagnosis.evidence.step.changed_inputs import ChangedInputs
from keras_stable.diagnosis.evidence.step.later_inputs import future_reach
from keras_stable.diagnosis.evidence.step.padding_effect import padding_influence
from keras_stable.diagnosis.evidence.tracing.frozen_normalization import frozen_statistics, has_statistics
from keras_stable.diagnosis.evidence.tracing.layers_over_time import time_layers
from keras_stable.diagnosis.evidence.tracing.vocabularies import looked_up_words
from keras_stable.diagnosis.rule import Skip
from keras_stable.keras_private import flatten_layers

_PASSES_BATCHES = 2
_STATISTICS_ROWS = 32
# What passes with changed inputs take, in the time of the recording: a graph is built for those of a recurrent model.
_PASSES = 3.0
_COPIED_BYTES = 2**26


class OfSequences(AtRest):
    """The evidence of `AtRest`, and that of sequences."""

    @provides("time_layers")
    def _time_layers(self) -> tuple[facts.TimeLayer, ...]:
        return time_layers(self["recording"])

    @provides("padding")
    def _padding(self) -> tuple[facts.Padding, ...]:
        """Where the sequences that layers mix over time are padded, and what that does to the answers."""
        return tuple(self._paddings())

    def _paddings(self) -> Iterator[facts.Padding]:
        recording = self["recording"]
        own = dict(named(recording.batch.x, recording.inputs, "input"))
        sample = dict(named(self.sample.x, recording.inputs, "input"))
        for source in dict.fromkeys(layer.source for layer in self["time_layers"]):
            ids = recording.looked_up.get(source)
            name = source if ids is None else next((key for key, x in own.items() if _are(x, ids)), "")
            values = sample[name] if name else ids
            wrong = values is None or not is_number(values.dtype) or (ids is None and values.ndim != 3)
            padded = None if wrong else padded_rows(values)
            if padded is None:
                continue
            washed_out, moved = self._influence(name) if name else (math.nan, math.nan)
            yield _padding(source, padded, ids is not None, washed_out, moved)

    def _influence(self, name: str) -> tuple[float, float]:
        try:
            with self._changing("what padding does") as changed:
                return padding_influence(changed, name)
        except Skip:
            return math.nan, math.nan

    @contextlib.contextmanager
    def _changing(self, what: str) -> Iterator[ChangedInputs]:
        recording = self["recording"]
        self.budget.ask(what, _PASSES * self.budget.costs.get("recording", 0.0))
        values = sum(math.prod(size or 1 for size in shape) for shape in self._answer_shapes())
        with self._measuring() as model:
            yield ChangedInputs(model, self.sample, recording.inputs, values)

    def _answer_shapes(self) -> list[tuple[int, ...]]:
        return [values.shape[1:] for values in self["recording"].outputs.values()]

    @provides("words")
    def _words(self) -> tuple[facts.Words, ...]:
        recording = self["recording"]
        inputs = [(own, leaf) for own, leaf in zip(leaves(recording.batch.x), leaves(self.sample.x), strict=True)]

        truth = [np.asarray(leaf) for leaf in leaves(self.sample.y)]
        single = len(truth) == 1 and truth[0].ndim <= 2 and is_number(truth[0].dtype)

        def more(ids: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
            found = next((leaf for own, leaf in inputs if _are(own, ids)), None)
            return (ids, None) if found is None else (found, truth[0] if single else None)

        return tuple(looked_up_words(recording, more))

    @provides("axes")
    def _axes(self) -> tuple[facts.Axes, ...]:
        if not any(leaf.ndim == 3 and is_number(leaf.dtype) for leaf in leaves(self.sample.x)):
            return ()
        first = next(iter(self.source.reader.read()))
        names = self._input_names()
        in_order = dict(named(first.x, names, "input"))
        return tuple(
            axes(name, values, in_order[name])
            for name, values in named(self.sample.x, names, "input")
            if values.ndim == 3 and is_number(values.dtype)
        )

    @provides("foldings")
    def _foldings(self) -> tuple[facts.Folding, ...]:
        columns = named(self.sample.x, self._input_names(), "input")
        found = (folding(name, values) for name, values in columns if is_number(values.dtype))
        return tuple(item for item in found if item is not None)

    def _input_names(self) -> tuple[str, ...] | None:
        recording = self.get("recording")
        return None if recording is None else recording.inputs

    @provides("carried_state")
    def _carried_state(self) -> facts.CarriedState:
        paths = layer_paths(self.model)
        layers = tuple(
            paths.get(id(layer), layer.name)
            for layer in flatten_layers(self.model, include_self=False)
            if isinstance(layer, keras.layers.RNN) and layer.stateful
        )
        return facts.CarriedState(layers, self._shuffled() if layers else "")

    def _shuffled(self) -> str:
        reader = self.source.reader
        if reader.kind != "dataset":
            return {"arrays": "rows", "pydataset": "batches"}.get(reader.kind, "") if reader.shuffle else ""
        passes = [list(itertools.islice(reader.read(), _PASSES_BATCHES)) for _ in range(2)]
        return "" if all(map(_same, *passes)) else "stream"

    @provides("target_copies")
    def _target_copies(self) -> tuple[facts.TargetCopy, ...]:
        return tuple(self._with_use(copy) for copy in self._copies())

    def _copies(self) -> Iterator[facts.TargetCopy]:
        if not any(leaf.ndim in (2, 3) and is_number(leaf.dtype) for leaf in leaves(self.sample.x)):
            return
        # A stream would be read anew for more rows.
        rows = self.source.sample(_copied_rows(self.sample)) if self.source.kind == "arrays" else self.sample
        targets = named(rows.y, [output.name for output in self.get("outputs") or ()] or None, "output")
        for name, x in named(rows.x, self._input_names(), "input"):
            for output, y in targets:
                copy = copy_of_target(name, x, output, y) if y.ndim <= 3 else None
                if copy is not None:
                    yield copy

    def _with_use(self, copy: facts.TargetCopy) -> facts.TargetCopy:
        """Adds whether the model looks at the value: one that it cuts off before gives nothing away."""
        try:
            with self._changing("what the target in the input does") as changed:
                return replace(copy, used=_is_used(changed, copy))
        except Skip:
            return copy

    @provides("frozen_statistics")
    def _frozen_statistics(self) -> tuple[facts.FrozenStatistics, ...]:
        if not any(has_statistics(layer) for layer in flatten_layers(self["copy"])):
            return ()
        with self._measuring() as model:
            return frozen_statistics(model, self.sample.take(slice(_STATISTICS_ROWS)).x)

    @provides("future")
    def _future(self) -> tuple[facts.FutureReach, ...]:
        """What later inputs do to the answer of each step, where the targets are later inputs."""
        return tuple(self._futures())

    def _futures(self) -> Iterator[facts.FutureReach]:
        outputs = [output.name for output in self["outputs"]]
        sample, names = self.sample, self["recording"].inputs
        for index, (output, y) in enumerate(named(sample.y, outputs, "output")):
            for name, x in named(sample.x, names, "input"):
                ahead = step_shift(x, y)
                if ahead is None:
                    continue
                self.say("What later inputs do to earlier answers")
                with self._changing("what later inputs do") as changed:
                    reach = future_reach(changed, name, index, ahead)
                looking = tuple(layer.path for layer in self["time_layers"] if _looks_ahead(layer, self["structure"]))
                yield facts.FutureReach(name, output, ahead.shift, ahead.feature, ahead.share, layers=looking, **reach)


def _padding(source: str, padded: PaddedRows, ids: bool, washed_out: float, moved: float) -> facts.Padding:
    shortest, median, longest = np.percentile(padded.lengths, (5, 50, 95)).round().astype(int).tolist()
    return facts.Padding(
        source=source,
        side=padded.side,
        value=padded.value,
        share=padded.share,
        shortest=shortest,
        median=median,
        longest=longest,
        steps=padded.steps,
        ids=ids,
        uniform=padded.uniform,
        washed_out=washed_out,
        moved=moved,
    )


def _are(x: np.ndarray, ids: np.ndarray) -> bool:
    """Returns whether the ids that were looked up are the first rows of an input."""
    if not is_number(x.dtype) or x.shape[1:] != ids.shape[1:] or len(x) < len(ids):
        return False
    return bool((x[: len(ids)].astype("int64") == ids.astype("int64")).all())


def _same(one: Batch, other: Batch) -> bool:
    pairs = zip(leaves(one.x) + leaves(one.y), leaves(other.x) + leaves(other.y), strict=True)
    return all(a.shape == b.shape and np.array_equal(a, b, equal_nan=is_float(a.dtype)) for a, b in pairs)


def _is_used(changed: ChangedInputs, copy: facts.TargetCopy) -> bool:
    """Returns whether an answer changes with the value that is the target."""
    values = changed.input(copy.input)
    place: Any = (slice(None), slice(None), copy.place[-1]) if copy.each_step else (slice(None), *copy.place)
    other = values.copy()
    other[place] = np.roll(values[place], 1, axis=0)
    pairs = zip(changed.answers(copy.input), changed.answers(copy.input, other), strict=True)
    return any(not np.allclose(one, two, rtol=1e-6, atol=0) for one, two in pairs)


def _copied_rows(sample: Batch) -> int:
    """Returns how many rows to compare: more than the sample where they are small."""
    row_bytes = sum(leaf.nbytes for leaf in leaves(sample.x)) // max(1, sample.rows)
    return max(sample.rows, min(2048, _COPIED_BYTES // max(1, row_bytes)))


def _looks_ahead(layer: facts.TimeLayer, structure: facts.Structure) -> bool:
    """Returns whether a layer sees later steps, as far as its settings tell."""
    if layer.mixing == "convolution":
        described = structure.layer(layer.path)
        return layer.kernel > 1 and (described is None or described.config.get("padding") != "causal")
    return layer.mixing in ("backwards", "bidirectional", "attention", "average", "maximum")
