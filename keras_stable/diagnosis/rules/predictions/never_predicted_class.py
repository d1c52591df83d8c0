"""KS502."""

import statistics
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Evaluation, Labels, Learning, OutputEvaluation, Plan, Probe
from keras_stable.diagnosis.rule import Found, Threshold, rule
from keras_stable.diagnosis.rules._edits import class_weights
from keras_stable.diagnosis.rules.data._tasks import has_positions
from keras_stable.diagnosis.rules.predictions._after import after_training

SAMPLES = Threshold(20, "Samples of the class. Of fewer, all may be missed by bad luck.")
SIZE = Threshold(0.5, "Size of the class over the mean size. A rare class is missed for being rare.")
OTHERS = Threshold(0.6, "Median recall of the other classes. Below, the whole model knows too little yet.")

_NAMED = 5
_WEIGHTED = (
    "Look at the samples and labels of these classes, and whether the weights that are set leave one of them out."
)

_BY_POSITION = (
    "Look at the samples and labels of these classes; give rare ones weight with a `sample_weight` for every position."
)


@rule(
    "KS502",
    "never-predicted-class",
    severity="advice",
    remedy="Look at the samples and labels of these classes; give rare ones weight with `fit(class_weight=...)`.",
    thresholds={"samples": SAMPLES, "size": SIZE, "others": OTHERS},
)
def never_predicted_class(
    plan: Plan,
    learning: Learning,
    evaluation: Evaluation | None = None,
    probe: Probe | None = None,
    labels: Sequence[Labels] = (),
) -> Iterator[Found]:
    """Classes of which not one sample is recognized.

    ## What it does

    Takes the recall of every class over the samples. It is a warning where a trained model knows the other
    classes well, and the class is neither small nor rare: then its labels or its data are likely at fault.

    ## Why is this bad

    The accuracy hides it: with 20 classes, one that is never recognized costs 5 %.

    ## Example

        labels = labels.clip(0, 8)  # class 9 is gone, and the last layer still has a unit for it

    ## Use instead

        model.fit(x, y, class_weight={0: 1.0, 1: 5.0})
    """
    masks = {label.output for label in labels if has_positions(label)}
    for output in after_training(plan, learning, probe, evaluation).outputs:
        counts = dict(output.label_counts)
        missed = [id for id, recall in output.recall if recall == 0 and counts.get(id, 0) > 0]
        if not missed:
            continue
        grave = [id for id in missed if plan.trained and _is_grave(id, output, counts)]
        named = ", ".join(map(str, (grave or missed)[:_NAMED])) + (", ..." if len(grave or missed) > _NAMED else "")
        yield Found(
            output.name,
            f"{len(missed)} of {len(counts)} classes have a recall of 0: {named}.",
            {"classes_missed": len(missed), "classes": len(counts), "samples": sum(counts[id] for id in missed)},
            0.0,
            remedy=_WEIGHTED if plan.class_weight else _BY_POSITION if output.name in masks else None,
            severity="warning" if grave else "advice",
            confidence=0.5,
            edits=() if plan.class_weight or output.name in masks else _edits(output, missed),
        )


def _edits(output: OutputEvaluation, missed: list[int]) -> tuple[Edit, ...]:
    """Returns the edit that gives rare classes weight; nothing where one that is missed is not rare."""
    counts = dict(output.label_counts)
    rare = all(counts[id] < SIZE.value * sum(counts.values()) / len(counts) for id in missed)
    return class_weights(output.label_counts) if rare else ()


def _is_grave(missed: int, output: OutputEvaluation, counts: dict[int, int]) -> bool:
    others = [recall for id, recall in output.recall if id != missed]
    large = counts[missed] >= max(SAMPLES.value, SIZE.value * sum(counts.values()) / len(counts))
    return bool(large and others and statistics.median(others) > OTHERS.value)
