"""KS702."""

import math
from collections.abc import Iterator

from keras_stable.diagnosis.facts import Delivery, Pipeline, Plan
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule

FEWER = Threshold(0.5, "Rows of a later epoch over those of the first. A dropped remainder leaves far more.")
BLANK = Threshold(
    0.05, "Share of the batches whose rows all hold one value. Whole batches of it do not come by nature."
)
SHIFT = Threshold(1.0, "Difference of the means in standard deviations. Augmentation and another order make far less.")
SCALE = Threshold(2.0, "Ratio of the standard deviations, to either side. Augmentation makes far less.")
RELABELLED = Threshold(
    0.3, "Distance of a row's labels in two epochs over that of any two rows. Noise that is put on labels makes less."
)

_CERTAIN = 5.0  # standard errors
_BATCHES = 3
_ROWS = 20


@rule(
    "KS702",
    "changing-pipeline",
    remedy="Make each epoch anew from the untouched data: copy before you change (`batch = x[rows] / 255`, not "
    "`x[rows] /= 255`), and give `from_generator` a function that makes a new generator.",
    explains=(
        "nonfinite-inputs",
        "constant-features",
        "unscaled-inputs",
        "conflicting-labels",
        "misaligned-labels",
        "validation-inputs-differ",
        "unshuffled-data",
        "noisy-gradient",
        "prediction-collapse",
        "never-predicted-class",
        "identical-outputs",
        "loss-not-decreasing",
        "diverging-loss",
        "oscillating-loss",
        "loss-spike",
        "slow-convergence",
        "overfitting",
        "cannot-overfit-batch",
    ),
    thresholds={"fewer": FEWER, "blank": BLANK, "shift": SHIFT, "scale": SCALE, "relabelled": RELABELLED},
    own=True,
)
def changing_pipeline(pipeline: Pipeline, plan: Plan) -> Iterator[Found]:
    """A later epoch brings nothing, blank batches, or other data than the first.

    ## What it does

    Reads a second epoch as `fit` would, with `on_epoch_end` called on a copy of a `PyDataset`, and the last planned
    one of it, and compares them with the first: the rows, the mean and spread of each input, batches that hold one
    value only, and whether a row that comes in both, by a hash of its inputs, keeps its label. Labels that only
    tremble, and inputs that come with several labels within an epoch, do not count.

    ## Why is this bad

    The first epoch looks right. Later ones train on nothing, on zeros, on inputs that were divided once more, or on
    labels that belong to other rows, and undo what was learnt.

    ## Example

        def on_epoch_end(self):
            np.random.shuffle(self.x)  # the labels stay where they are

    ## Use instead

        def on_epoch_end(self):
            self.order = np.random.permutation(len(self.x))  # __getitem__ takes x and y by it
    """
    first, later = pipeline.first, pipeline.later
    if first is None:
        raise Skip("arrays are the same in each epoch")
    if found := _blank(pipeline, plan):
        yield found
    if later is None or plan.epochs == 1:
        return
    others = [epoch for epoch in (later, pipeline.late) if epoch is not None]
    found = _relabelled(pipeline) or next(
        (hit for epoch in others if (hit := _fewer(first, epoch, plan) or _moved(first, epoch))), None
    )
    if found:
        yield found


def _blank(pipeline: Pipeline, plan: Plan) -> Found | None:
    for name, epoch in (("the first epoch", pipeline.first), ("a later epoch", pipeline.later)):
        if epoch is None or epoch.blank_from < 0 or (epoch is pipeline.first and epoch.blank_from == 0):
            continue
        to_the_end = epoch.blank == epoch.batches - epoch.blank_from and epoch.blank >= _BATCHES
        if not to_the_end and (epoch.blank < 2 or epoch.blank <= BLANK.value * epoch.batches):
            continue
        if epoch is pipeline.later and pipeline.first is not None and pipeline.first.blank_from == 0:
            continue
        end = " and on" if to_the_end else ""
        return Found(
            where="data",
            message=f"{epoch.blank} of {epoch.batches} batches of {name} hold one value only, or NaN: batch "
            f"{epoch.blank_from + 1}{end}.",
            evidence={"blank": epoch.blank, "batches": epoch.batches, "blank_from": epoch.blank_from},
            threshold=BLANK.value,
            remedy="Look at what fills the batches: a buffer that is cleared while it is in use, a file that ends, an "
            "index that runs past the rows. `assert batch.std() > 0` in the source shows where.",
            confidence=0.9,
        )
    return None


def _relabelled(pipeline: Pipeline) -> Found | None:
    if pipeline.met_again < _ROWS or not pipeline.relabelled > RELABELLED.value:
        return None
    return Found(
        where="data",
        message=f"{pipeline.met_again:,} rows come once in each of two epochs, with other labels in the later one: "
        f"these are {pipeline.relabelled:.0%} as far apart as the labels of any two rows.",
        evidence={"rows": pipeline.met_again, "relabelled": pipeline.relabelled},
        threshold=RELABELLED.value,
        remedy="Reorder inputs and labels by one order: `order = rng.permutation(len(x))`, then `x[order], y[order]`; "
        "of datasets, `tf.data.Dataset.zip((x, y)).shuffle(n)`, not a shuffle of each.",
        severity="error",
        confidence=0.95,
    )


def _fewer(first: Delivery, later: Delivery, plan: Plan) -> Found | None:
    if later.rows >= FEWER.value * first.rows or not (later.complete or later.rows == 0):
        return None
    if later.rows == 0 and plan.epochs is None and plan.kind == "generator":
        return None  # one epoch may be all that is planned
    brings = f"only {later.rows:,} rows" if later.rows else "nothing"
    return Found(
        where="data",
        message=f"The first epoch brings {first.rows:,} rows, a later one {brings}.",
        evidence={"first_rows": first.rows, "later_rows": later.rows},
        threshold=FEWER.value,
        remedy="Let each epoch begin anew: end a generator's rows with `while True:` and give `steps_per_epoch`, or "
        "give `tf.data.Dataset.from_generator` the function, `from_generator(batches)`, not a generator that it made.",
        severity="error" if not later.rows else "warning",
        confidence=0.9,
    )


def _moved(first: Delivery, later: Delivery) -> Found | None:
    for index, (mean, std, spread) in enumerate(zip(first.mean, first.std, first.spread, strict=True)):
        if index >= len(later.mean) or min(first.batches, later.batches) < _BATCHES or later.rows < _ROWS:
            return None
        new_mean, new_std = later.mean[index], later.std[index]
        if not std > 0 or not math.isfinite(mean + std + new_mean + new_std):
            continue
        error = math.hypot(spread, later.spread[index]) / math.sqrt(min(first.batches, later.batches))
        shift, scale = (new_mean - mean) / std, new_std / std
        moved = abs(shift) > SHIFT.value and abs(new_mean - mean) > _CERTAIN * error
        scaled = not 1 / SCALE.value <= scale <= SCALE.value
        if moved or scaled:
            return Found(
                where="data",
                message=f"Input {index} has a mean of {mean:.3g} and a standard deviation of {std:.3g} in the first "
                f"epoch, and of {new_mean:.3g} and {new_std:.3g} in a later one.",
                evidence={"mean": mean, "std": std, "later_mean": new_mean, "later_std": new_std},
                threshold=SCALE.value if scaled else SHIFT.value,
                confidence=0.85,
            )
    return None
