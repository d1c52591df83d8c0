"""KS724."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import Mirroring
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule

ROWS = Threshold(20, "Rows that were seen both ways. Fewer may be alike by chance.")
KEPT = Threshold(0.8, "Share of these with the same target. Those in the middle have the same mirrored or not.")
TOLD = Threshold(0.3, "Share of a target that pictures must tell with it mirrored, to know which way it goes.")
GAIN = Threshold(0.3, "What mirroring the target explains more. A target without a side gains nothing by it.")
LOST = Threshold(0.5, "What is told of a target over what is told of its distance from the mean: its side is lost.")


@rule(
    "KS724",
    "unmirrored-targets",
    remedy="Mirror the target with its picture: `y = -y` for an angle, `1 - x` for a place, `tf.reverse(mask, [1])` "
    "for a mask; or leave the flip out.",
    explains=(
        "changing-pipeline",
        "misaligned-labels",
        "conflicting-labels",
        "loss-not-decreasing",
        "slow-convergence",
        "oscillating-loss",
        "overfitting",
        "loss-spike",
        "cannot-overfit-batch",
        "input-independent-loss",
        "train-inference-mismatch",
        "noisy-gradient",
    ),
    thresholds={"rows": ROWS, "kept": KEPT, "told": TOLD, "gain": GAIN, "lost": LOST},
    own=True,
)
def unmirrored_targets(mirroring: Sequence[Mirroring]) -> Iterator[Found]:
    """Pictures are mirrored, and targets that have a side stay as they are.

    ## What it does

    Looks whether pictures of a later epoch, the last planned one of a `PyDataset` among them, are mirror images of
    earlier ones, and whether their targets are the same; or whether a layer of the model flips what it gets. That the
    target has a side is measured: with mirrored pictures added, quick predictors tell it on the other side of its
    mean, and not as it is. Masks and other targets as large as the picture have to be mirrored with it.

    ## Why is this bad

    A bend to the left becomes one to the right that is still called left. The mean of both is straight on, and that is
    what the model learns.

    ## Example

        pictures[flip] = pictures[flip, :, ::-1]

    ## Use instead

        pictures[flip] = pictures[flip, :, ::-1]
        angles[flip] = -angles[flip]
    """
    if not mirroring:
        raise Skip("no pictures come mirrored")
    for seen in mirroring:
        if not _keeps(seen):
            continue
        target = "mask" if seen.spatial else f"number {seen.column} of {seen.output}" if seen.column >= 0 else "target"
        who = (
            f"{seen.layer} changes {seen.side} of what it gets, but not of the target"
            if seen.layer
            else f"In epoch {seen.epoch}, {seen.rows} pictures come with {seen.side} exchanged, and {seen.kept:.0%} of "
            "them with the target that they had before"
        )
        what = (
            f"the {target} is as large as the picture and has to be mirrored with it"
            if seen.spatial
            else f"mirrored, the {target} goes to the other side of its mean (pictures tell {seen.turned:.0%} of it "
            f"so, {seen.same:.0%} as it is)"
            if _turns(seen)
            else f"they tell how far the {target} is from its mean ({seen.size:.0%}), but not on which side"
        )
        yield Found(
            where=seen.layer or "data",
            message=f"{who}: {what}.",
            evidence={
                "rows": seen.rows,
                "kept": seen.kept,
                "epoch": seen.epoch,
                "own": seen.own,
                "same": seen.same,
                "turned": seen.turned,
                "size": seen.size,
            },
            threshold=GAIN.value,
            confidence=0.95,
        )


def _keeps(seen: Mirroring) -> bool:
    if not seen.layer and (seen.rows < ROWS.value or seen.kept < KEPT.value):
        return False
    return seen.spatial or _turns(seen) or (seen.size > TOLD.value and seen.own < LOST.value * seen.size)


def _turns(seen: Mirroring) -> bool:
    return seen.turned > TOLD.value and seen.turned - max(seen.same, 0.0) > GAIN.value
