"""KS726."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Folding
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule
from keras_stable.diagnosis.rules._edits import of_data

ROUGH = Threshold(
    1.4, "Roughness along the named steps over that along the memory. A series is smoothest along its own time."
)
ENDS = Threshold(1.5, "Roughness where a channel would end over that along the memory: there the series break off.")
WRAPS = Threshold(
    1.25, "Roughness from a step's last channel to the next one's first, over that between channels of a step."
)
CERTAIN = Threshold(6.0, "Standard errors by which both are above the roughness along the memory.")


@rule(
    "KS726",
    "folded-axes",
    remedy="Reshape to the order in which the values stand, then exchange the axes: "
    "`x.reshape(n, channels, steps).transpose(0, 2, 1)`; `reshape` alone moves no value.",
    explains=(
        "single-time-step",
        "target-in-input",
        "misaligned-labels",
        "input-independent-loss",
        "conflicting-labels",
        "loss-not-decreasing",
        "slow-convergence",
        "oscillating-loss",
        "overfitting",
        "prediction-collapse",
        "never-predicted-class",
        "identical-outputs",
        "cannot-overfit-batch",
        "learning-rate-too-low",
        "learning-rate-too-high",
        "feature-collapse",
        "noisy-gradient",
    ),
    thresholds={"rough": ROUGH, "ends": ENDS, "wraps": WRAPS, "certain": CERTAIN},
    own=True,
)
def folded_axes(foldings: Sequence[Folding]) -> Iterator[Found]:
    """Steps and channels were exchanged by a reshape, which moves no value: each series is folded across the channels.

    ## What it does

    Compares neighbours in memory with neighbours along the steps, or the pixels of a picture, that the shape names.
    In a row that held channel after channel, and was reshaped to step after step, values follow each other in time
    along the memory: they are more alike there, from the last channel of a step to the first of the next as well, and
    break off where one channel ends and the next begins. All three are asked for: frames cut out of a sound do not
    break off, and spectra and pictures do not go on from one line to the next.

    ## Why is this bad

    What the model takes for one sensor over time are pieces of all of them, and what it takes for one moment are
    neighbouring moments of one. What the sensors have to do with each other is nowhere to be seen.

    ## Example

        x = table.reshape(len(table), steps, sensors)  # each row holds sensor after sensor

    ## Use instead

        x = table.reshape(len(table), sensors, steps).transpose(0, 2, 1)
    """
    if not foldings:
        raise Skip("no input has steps and channels")
    for seen in foldings:
        if not _is_folded(seen):
            continue
        *places, channels = seen.shape
        unfolded = ", ".join(map(str, (channels, *places)))
        order = ", ".join(map(str, (0, *range(2, len(places) + 2), 1)))
        cure = f"x.reshape(len(x), {unfolded}).transpose({order})"
        yield Found(
            where=seen.name,
            message=f"{seen.name} has the shape {seen.shape}, but its {channels} channels stand one after the other: "
            f"neighbours in memory differ by {seen.along:.2g} of the variance, those along its steps by "
            f"{seen.steps:.2g}, and across the ends of the channels by {seen.ends:.2g}.",
            evidence={
                "along": seen.along,
                "steps": seen.steps,
                "wraps": seen.wraps,
                "ends": seen.ends,
                "deviations": seen.deviations,
            },
            threshold=ROUGH.value,
            remedy=f"Take the `reshape` back and exchange the axes: `x = {cure}`, also in `validation_data`.",
            confidence=0.95,
            edits=(Edit("transform_data", of_data(seen.name, foldings), "x", cure),),
        )


def _is_folded(seen: Folding) -> bool:
    rough = seen.steps > ROUGH.value * seen.along and seen.ends > ENDS.value * seen.along
    return rough and seen.wraps < WRAPS.value * seen.along and seen.deviations > CERTAIN.value
