"""Gathers every kind of evidence about one model, on copies of it, when a rule asks for it."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import keras
import tensorflow as tf

from keras_stable.diagnosis import facts
from keras_stable.diagnosis.evidence import data_facts
from keras_stable.diagnosis.evidence.activations import activations
from keras_stable.diagnosis.evidence.compiled import compiled
from keras_stable.diagnosis.evidence.copying import copy_model
from keras_stable.diagnosis.evidence.curvature import sharpness
from keras_stable.diagnosis.evidence.evaluation import evaluate, kept_state
from keras_stable.diagnosis.evidence.features import features
from keras_stable.diagnosis.evidence.gradients import gradients
from keras_stable.diagnosis.histories import history_facts
from keras_stable.diagnosis.evidence.initializing import initialize
from keras_stable.diagnosis.evidence.noise import gradient_noise
from keras_stable.diagnosis.evidence.options import EVIDENCE, Options
from keras_stable.diagnosis.evidence.origin import nonfinite_origin
from keras_stable.diagnosis.evidence.outputs import outputs
from keras_stable.diagnosis.evidence.probe import Budget, probe
from keras_stable.diagnosis.evidence.rate_range import rate_range
from keras_stable.diagnosis.evidence.recording import Recording, entering, record
from keras_stable.diagnosis.evidence.source import Batch, Source
from keras_stable.diagnosis.evidence.structure import structure
from keras_stable.diagnosis.evidence.trials import Trials
from keras_stable.diagnosis.evidence.workbench import Workbench
from keras_stable.diagnosis.judge import judge
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.runner import Evidence
from keras_stable.imports import first_line

# What several kinds of evidence are made from; made once, as evidence is.
_PARTS = ("copy", "recording", "bench", "budget", "probed", "trials")
# What a model or its loss raises when it does not fit the data.
_MISFITS = (ValueError, TypeError, tf.errors.OpError)
_BATCHES = 4


class Gathering:
    """All evidence about one model; `_<name>` gathers what `evidence[<name>]` is.

    Args:
        model: compiled; only copies of it are run.
        source: its data.
        logs: of a history by name, or None.
        options: what may be done.
        say: called with a line before something that takes long.
    """

    def __init__(
        self,
        model: keras.Model,
        source: Source,
        logs: Mapping[str, tuple[float, ...]] | None,
        options: Options,
        say: Callable[[str], None],
    ) -> None:
        self.model, self.source, self.logs, self.options, self.say = model, source, logs, options, say
        self.sample = source.sample()
        self.evidence = Evidence({name: getattr(self, f"_{name}") for name in (*EVIDENCE, *_PARTS)})

    def __getitem__(self, name: str) -> Any:
        return self.evidence[name]

    def get(self, name: str) -> Any:
        """Returns a kind of evidence, or None where it cannot be had."""
        try:
            return self[name]
        except Skip:
            return None

    def _copy(self) -> keras.Model:
        """The copy that everything but training is measured on; it is put back after each measurement."""
        return copy_model(self.model, self.sample)

    def _recording(self) -> Recording:
        with self._measuring() as model:
            return record(model, self._batches())

    @contextlib.contextmanager
    def _measuring(self) -> Iterator[keras.Model]:
        model = self["copy"]
        with kept_state(model), self._misfits():
            yield model

    @contextlib.contextmanager
    def _misfits(self) -> Iterator[None]:
        try:
            yield
        except _MISFITS as error:
            raise Skip(f"the model cannot be run on this data: {first_line(error)}") from error

    def _batches(self) -> list[Batch]:
        found = []
        for batch in self.source.batches():
            found.append(batch)
            if len(found) == _BATCHES:
                break
        return found

    # Data and model.

    def _plan(self) -> facts.Plan:
        trained = self.logs is not None or int(self.model.optimizer.iterations) > 0
        return self.source.plan(trained=trained)

    def _inputs(self) -> tuple[facts.Input, ...]:
        recording = self.get("recording")
        if recording is None:
            return data_facts.inputs(self.source)
        entered = entering(recording, self["structure"])
        found = data_facts.inputs(self.source, recording.inputs)
        return tuple(replace(each, **entered.get(each.name, {})) for each in found)

    def _labels(self) -> tuple[facts.Labels, ...]:
        return data_facts.labels(self.source, [each.name for each in self["outputs"]])

    def _duplicates(self) -> facts.Duplicates:
        return data_facts.duplicates(self.source)

    def _structure(self) -> facts.Structure:
        return structure(self["recording"])

    def _outputs(self) -> tuple[facts.Output, ...]:
        return outputs(self["recording"])

    def _compiled(self) -> facts.Compiled:
        return compiled(self.model)

    # One step.

    def _activations(self) -> tuple[facts.LayerOutput, ...]:
        return activations(self["recording"])

    def _features(self) -> facts.Features:
        return features(self["recording"])

    def _gradients(self) -> facts.Gradients:
        with self._measuring() as model:
            return gradients(model, self._batches(), self["structure"])

    def _evaluation(self) -> facts.Evaluation:
        with self._measuring() as model:
            return evaluate(model, self.sample, self["outputs"], self["labels"])

    def _origin(self) -> facts.NonfiniteOrigin | None:
        with self._measuring() as model:
            for batch in self._batches():
                if found := nonfinite_origin(model, batch, -1):
                    return found
        return self["probed"][1] if self._may_probe() else None

    # Training.

    def _history(self) -> facts.History:
        if self.logs is None:
            raise Skip("no history was given")
        return history_facts(self.logs, self.get("evaluation"))

    def _may_probe(self) -> bool:
        if self.options.probe is not None:
            return self.options.probe
        return judge(self["plan"], self.get("evaluation"), self.get("history")).state != "learning"

    def _budget(self) -> Budget:
        return Budget.of(self.options.probe_steps, self.options.probe_seconds)

    def _bench(self) -> Workbench:
        model = copy_model(self.model, self.sample)
        # What went wrong in a training that is over is looked for where it began.
        if self.logs is not None:
            initialize(model)
        return Workbench(model)

    def _probed(self) -> tuple[facts.Probe, facts.NonfiniteOrigin | None]:
        limits = f"{self.options.probe_steps} steps or {self.options.probe_seconds:g} s"
        self.say(f"Probe: a copy is trained for at most {limits}")
        with self._misfits():
            return probe(self["bench"], self.source, self.sample, self["outputs"], self["labels"], self["budget"])

    def _probe(self) -> facts.Probe:
        if not self._may_probe():
            raise Skip("no probe was asked for" if self.options.probe is False else "the training is known to work")
        found, _ = self["probed"]
        if self._judged(found).troubled:
            self.say("Trials: the same with one thing changed")
            with self._misfits():
                found = replace(found, trials=(*found.trials, *self["trials"].run(self["inputs"])))
        return found

    def _trials(self) -> Trials:
        bench, budget = self["bench"], self["budget"]
        return Trials(bench, self.source, self.sample, self["outputs"], self["labels"], self["probed"][0], budget)

    def _learning(self) -> facts.Learning:
        return self._judged(self.get("probe"))

    def _judged(self, probed: facts.Probe | None) -> facts.Learning:
        return judge(self["plan"], self.get("evaluation"), self.get("history"), probed)

    def _troubled_trials(self) -> Trials:
        if not self["learning"].troubled:
            raise Skip("the model was not seen in trouble")
        self["probe"]
        return self["trials"]

    def _overfit(self) -> facts.Overfit:
        trials = self._troubled_trials()
        self.say("Memorizing one batch")
        with self._misfits():
            return _some(trials.overfit(), "memorizing one batch")

    def _zeroed(self) -> facts.ZeroedInputs:
        trials = self._troubled_trials()
        with self._misfits():
            return _some(trials.zeroed(self["inputs"]), "training on zeros")

    # Extras.

    def _curvature(self) -> facts.Curvature:
        wanted = self.options.curvature
        if wanted is None:
            wanted = self.options.probe is not False and self["learning"].troubled
        if not wanted:
            raise Skip("curvature was not asked for")
        with self._measuring() as model:
            return facts.Curvature(sharpness(model, self._batches()[0]))

    def _noise(self) -> facts.GradientNoise:
        if not self.options.gradient_noise:
            raise Skip("gradient noise was not asked for")
        with self._measuring() as model:
            return gradient_noise(model, self._batches())

    def _rate_range(self) -> facts.RateRange:
        if not self.options.rate_range:
            raise Skip("a learning-rate range test was not asked for")
        bench = self["bench"]
        bench.restore()
        with self._misfits():
            return rate_range(bench.model, self._batches())


def _some(found: Any, what: str) -> Any:
    if found is None:
        raise Skip(f"there was no time left for {what}")
    return found
