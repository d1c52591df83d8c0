"""Evidence about single labels, by copies of the model that were trained without them."""

import math

import numpy as np

from keras_stable.diagnosis import facts
from keras_stable.diagnosis.evidence.around_fit import AroundFit
from keras_stable.diagnosis.evidence.data.batch import Batch, joined
from keras_stable.diagnosis.evidence.data.class_weights import weighted
from keras_stable.diagnosis.evidence.program.half_trainings import ids_of, out_of_fold, suspects
from keras_stable.diagnosis.evidence.providing import provides
from keras_stable.diagnosis.evidence.training.batches import endless
from keras_stable.diagnosis.rule import Skip

_ROWS, _BYTES = 2000, 2**26
# Epochs that each half is trained for, and the fewest and most steps that these may come to.
_EPOCHS, _FEWEST, _MOST = 12, 60, 300
# Steps that show what a step takes: the first of them builds it.
_FIRST_STEPS = 3
# Of the whole time; a model that is known to learn has no need of trials.
_SHARE = 0.25
# Of a class with fewer rows, a half teaches nothing.
_OF_A_CLASS = 4


class LabelCheck(AroundFit):
    """Which rows have a label that the model, trained on the others, does not believe."""

    @provides("input_cost")
    def _input_cost(self) -> facts.InputCost:
        seen = self["pipeline"]
        if math.isnan(seen.seconds_a_batch) or seen.kind == "generator":
            raise Skip("the time of a batch was not measured")
        if self.get("probe") is None or math.isnan(self["bench"].step_seconds):
            raise Skip("the time of a step was not measured")
        return facts.InputCost(seen.kind, seen.seconds_a_batch, self["bench"].step_seconds, seen.timed_batches)

    @provides("suspects")
    def _suspects(self) -> facts.Suspects:
        self._check_worth()
        [output], [labels] = self["outputs"], self["labels"]
        numbers, sample = self._rows_and_numbers()
        ids = ids_of(sample, output, labels)
        smallest = np.bincount(ids)[np.unique(ids)].min()
        if smallest < _OF_A_CLASS or len(np.unique(ids)) < 2:
            raise Skip(f"a class has {smallest} rows, which are too few for two halves")
        size = min(self.source.plan().batch_size, sample.rows // 2)
        steps = min(_MOST, max(_FEWEST, _EPOCHS * sample.rows // (2 * size)))
        deadline = self["training_deadline"].earlier(_SHARE * self.budget.seconds)
        bench = self["bench"]
        what = "a look at single labels"
        if math.isnan(bench.step_seconds):
            self.budget.ask(what, self._seconds_of_graph(_FIRST_STEPS), deadline)
            with self._misfits():
                bench.train(endless(self.source), _FIRST_STEPS)
        self.budget.ask(what, bench.seconds_of(2 * steps), deadline)
        self.say(f"Labels: copies are trained on each half of {sample.rows} rows")
        with self._misfits():
            found = out_of_fold(bench, sample, ids, output, size, steps, deadline)
        return suspects(found, ids, numbers, output.name)

    def _check_worth(self) -> None:
        """Raises Skip where the copies could say nothing of a label."""
        if self.options.probe is False:
            raise Skip("no probe was asked for")
        if not self["learning"].has_learnt:
            raise Skip("the model was not seen to learn")
        if len(self["outputs"]) != 1:
            raise Skip("there are several outputs")
        if self.source.kind != "arrays":
            raise Skip("the rows of a stream have no numbers")
        if self["plan"].trained and not (self["bench"].initialized or self.restarted):
            raise Skip("the weights were trained on these labels")

    def _rows_and_numbers(self) -> tuple[np.ndarray, Batch]:
        chunks = list(self.source.chunks(_ROWS, most_bytes=_BYTES))
        sample = joined([batch for _, batch in chunks])
        if self.source.class_weight is not None:
            sample = weighted(sample, self.source.class_weight)
        return np.concatenate([numbers for numbers, _ in chunks]), sample
