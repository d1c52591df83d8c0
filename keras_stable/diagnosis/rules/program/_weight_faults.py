"""What can be wrong with the weights of one output, for KS707."""

from dataclasses import replace

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import ClassContrast, Contrast, OutputWeights
from keras_stable.diagnosis.rule import Found, Severity, Threshold

UNEVEN = Threshold(
    30.0, "Weight of the heaviest class over that of the lightest, all samples together. A loss then hears but the one."
)
WORSE = Threshold(3.0, "The same over what it is without weights: they are there to make it less.")
INVERTED = Threshold(10.0, "The same where larger classes got the larger weights, which nobody means.")
COUNTING = Threshold(0.05, "Share of the samples of a regression that count, by (sum)^2 / (sum of squares).")
LARGE = Threshold(100.0, "Mean weight. The loss and its gradient are as many times as large; balanced weights have 1.")
ABSURD = Threshold(1e6, "The same, above which no weight was meant: such numbers are times and ids.")
TWICE = Threshold(3.0, "Weight of a class over that of another which comes as often, though not in validation.")
RARE = Threshold(4.0, "How much rarer it is in validation: it was made more frequent in training.")
LEAST = 100  # samples below which a few large weights are no surprise
LARGER = 1.5  # weight of a sample of the largest class over one of the smallest, from which on they are inverted

BALANCED = "class_weight={k: samples / (classes * count[k]) for k in count}"


def of_output(counted: OutputWeights, source: str, classes: bool, troubled: bool) -> Found | None:
    """Returns the gravest fault of the weights of one output; None without one."""
    return (
        _no_weights(counted, source)
        or (_silenced(counted, source) if classes and not counted.positions else None)
        or _below_zero(counted, source)
        or _strangers(counted)
        or (_uneven(counted, source) if classes and not counted.positions else None)
        or (_few_count(counted, source) if not classes else None)
        or _too_large(counted, source, troubled)
    )


def _found(
    counted: OutputWeights, source: str, message: str, evidence: dict[str, float], severity: Severity, confidence: float
) -> Found:
    edit = Edit("set_argument", "fit", source, "None")
    remedy = f"Look how `{source}` is made: {_SHAPES[source]}"
    return Found(
        counted.output,
        message,
        {"samples": counted.samples, "total_weight": counted.total, **evidence},
        None,
        remedy,
        severity,
        confidence,
        edits=(edit,),
    )


_SHAPES = {
    "sample_weight": "every sample needs a weight above 0, such as `np.where(y == 1, 9.0, 1.0)`, and not `9.0 * y`.",
    "class_weight": f"every class needs a weight above 0, such as `{BALANCED}`.",
}


def _no_weights(counted: OutputWeights, source: str) -> Found | None:
    if counted.nonfinite:
        text = f"{counted.nonfinite} of {counted.samples} weights of `{source}` are NaN or infinite."
        return _found(counted, source, text, {"nonfinite": counted.nonfinite}, "error", 0.97)
    if counted.samples and counted.zero == counted.samples:
        text = f"All {counted.samples} weights of `{source}` are 0: nothing is learnt."
        return _found(counted, source, text, {"zero": counted.zero}, "error", 0.98)
    return None


def _silenced(counted: OutputWeights, source: str) -> Found | None:
    silent = [(k, count) for k, count, mass in counted.classes if count and mass == 0]
    if not silent or len(silent) == len(counted.classes):
        return None
    rows = sum(count for _, count in silent)
    share = rows / counted.samples
    names = ", ".join(str(k) for k, _ in silent[:5]) + (", ..." if len(silent) > 5 else "")
    which = f"class {names}" if len(silent) == 1 else f"classes {names}"
    left = len(counted.classes) - len(silent)
    text = f"Samples of {which}, {share:.0%} of all, have weight 0"
    text += ": only one class counts." if left == 1 else f": {left} of {len(counted.classes)} classes count."
    return _found(
        counted, source, text, {"share": share, "classes": len(silent)}, "error" if left == 1 else "warning", 0.97
    )


def _below_zero(counted: OutputWeights, source: str) -> Found | None:
    if not counted.negative:
        return None
    share = counted.negative / counted.samples
    text = f"{share:.1%} of the weights of `{source}` are below 0: their loss is driven up, without any bound."
    return _found(counted, source, text, {"negative": counted.negative}, "warning", 0.93)


def _too_large(counted: OutputWeights, source: str, troubled: bool) -> Found | None:
    mean = counted.total / max(counted.samples - counted.zero, 1)
    if mean <= LARGE.value:
        return None
    text = f"The weights of `{source}` are {mean:.3g} on average: the loss and its gradient are as many times as large."
    found = _found(
        counted, source, text, {"mean": mean}, "warning" if troubled or mean > ABSURD.value else "advice", 0.95
    )
    third = "If the data gives an id or a time as a third element, leave it out: `data.map(lambda x, y, _: (x, y))`. "
    return replace(found, remedy=f"{third}Divide weights by their mean, or leave `{source}` out.")


def twice(counted: OutputWeights, source: str, contrast: Contrast) -> Found | None:
    """Reports weights for a class that comes more often in training than in validation, as resampled ones do."""
    seen = next((classes for classes in contrast.classes if classes.output == counted.output), ClassContrast())
    there = dict(seen.validation_counts)
    pairs = [(mass / count, count, there.get(k, 0), k) for k, count, mass in counted.classes if count]
    if counted.positions or len(pairs) < 2 or seen.validation_samples < LEAST:
        return None
    (heavy, heavy_count, rare, favoured), (light, light_count, common, _) = max(pairs), min(pairs)
    favour = heavy / light if light > 0 else 0.0
    made_frequent = (heavy_count / light_count) / (max(rare, 1) / max(common, 1))
    if favour < TWICE.value or made_frequent < RARE.value or heavy_count * favour < TWICE.value * light_count:
        return None
    text = f"Class {favoured} comes {made_frequent:.3g} times as often in training as in validation, "
    text += f"beside the others, and `{source}` gives it {favour:.3g} times the weight too: "
    text += "what is rare is made up for twice."
    figures = {"favour": favour, "made_frequent": made_frequent}
    found = _found(counted, source, text, figures, "warning", 0.9)
    return replace(
        found, remedy=f"Leave out one of the two: draw the classes as often as they come, or drop `{source}`."
    )


def _strangers(counted: OutputWeights) -> Found | None:
    if not counted.strangers:
        return None
    keys, left = ", ".join(map(str, counted.strangers[:5])), ", ".join(map(str, counted.unnamed[:5]))
    text = f"`class_weight` names {keys}, which is no class of {counted.output}"
    text += f", and leaves out {left}: it keeps a weight of 1." if left else "."
    severity: Severity = "warning" if counted.unnamed else "advice"
    return _found(counted, "class_weight", text, {"strangers": len(counted.strangers)}, severity, 0.9)


def _uneven(counted: OutputWeights, source: str) -> Found | None:
    masses = [(mass, count) for _, count, mass in counted.classes if count and mass > 0]
    if len(masses) < 2:
        return None
    with_weights = max(mass for mass, _ in masses) / min(mass for mass, _ in masses)
    without = max(count for _, count in masses) / min(count for _, count in masses)
    (large_mass, largest), (small_mass, smallest) = max(masses, key=lambda m: m[1]), min(masses, key=lambda m: m[1])
    inverted = largest > smallest and large_mass / largest > LARGER * small_mass / smallest
    made_worse = with_weights > WORSE.value * without
    if not made_worse or not (with_weights > UNEVEN.value or (inverted and with_weights > INVERTED.value)):
        return None
    text = f"With the weights one class counts {with_weights:.3g} times as much as another, without them {without:.3g}"
    text += ": the largest class got the larger weight." if inverted else "."
    return _found(counted, source, text, {"with_weights": with_weights, "without": without}, "warning", 0.9)


def _few_count(counted: OutputWeights, source: str) -> Found | None:
    """Reports weights of which a few outweigh all others, where no classes explain it."""
    weighed = counted.samples - counted.zero
    if counted.positions or counted.classes or weighed < LEAST or counted.effective >= COUNTING.value * weighed:
        return None
    text = f"A few weights of `{source}` outweigh all others: {weighed} samples count as {counted.effective:.3g}."
    return _found(counted, source, text, {"effective": counted.effective}, "warning", 0.8)
