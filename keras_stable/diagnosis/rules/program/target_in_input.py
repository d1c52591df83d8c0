"""KS713."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import TargetCopy
from keras_stable.diagnosis.rule import Found, rule


@rule(
    "KS713",
    "target-in-input",
    remedy="Take the target from after the window: `y = series[window:]`, with `x[i] = series[i : i + window]`.",
    explains=("metric-mismatch", "bad-initial-loss", "slow-convergence", "overfitting"),
    own=True,
)
def target_in_input(target_copies: Sequence[TargetCopy]) -> Iterator[Found]:
    """The target is a value of its own input.

    ## What it does

    Compares the targets with every value of the inputs, over up to 2,048 rows: one that equals the target in nearly
    all rows, or in a sequence is the target scaled, is named by its step and feature. Reconstructions, where the
    target is the input, and sequences of targets that are the input moved in time, are left alone; so is a value at
    which the model does not look.

    ## Why is this bad

    The model learns to copy one number. Its error falls to nothing, in validation too, and it is of no use, since
    the number that it copies is the one that nobody will have. Windows that end one step too late are the usual cause.

    ## Example

        x = [series[i : i + 24] for i in range(n)]
        y = [series[i + 23] for i in range(n)]  # the last step of the window

    ## Use instead

        x = [series[i : i + 24] for i in range(n)]
        y = [series[i + 24] for i in range(n)]

    ## References

    Kaufman, Rosset and Perlich (2012), Leakage in data mining, section 3.
    """
    for copy in target_copies:
        if copy.used is False:
            continue
        yield Found(
            where=copy.input,
            message=_message(copy),
            evidence={
                "share": copy.share,
                "samples": copy.samples,
                **({"step": copy.place[0]} if copy.steps and not copy.each_step else {}),
                "feature": copy.place[-1],
                "factor": copy.factor,
                "offset": copy.offset,
                "copied": copy.copied,
            },
            remedy=_remedy(copy),
            confidence=0.97,
            edits=_edits(copy),
        )


def _message(copy: TargetCopy) -> str:
    scaled = "" if (copy.factor, copy.offset) == (1.0, 0.0) else f" {copy.factor:.3g} times"
    shift = "" if copy.offset == 0 else f" {'plus' if copy.offset > 0 else 'minus'} {abs(copy.offset):.3g}"
    return (
        f"In {copy.share:.0%} of {copy.samples:,} rows the target {copy.output}{copy.target} is{scaled} "
        f"{_value(copy)} of {copy.input}{shift}."
    )


def _value(copy: TargetCopy) -> str:
    if not copy.steps:
        return f"column {copy.place[0]}"
    if copy.each_step:
        return f"the same step's feature {copy.place[1]}"
    step, feature = copy.place
    last = ", the last" if step == copy.steps - 1 else ""
    return f"step {step} of {copy.steps}{last}, feature {feature},"


def _without(copy: TargetCopy) -> str:
    """Returns the expression of `x` without what is the target; "" where nothing of it would be left."""
    if not copy.steps or copy.each_step:
        return f"np.delete(x, {copy.place[-1]}, axis={-1 if copy.steps else 1})"
    return f"x[:, :{copy.place[0]}]" if copy.place[0] else ""


def _edits(copy: TargetCopy) -> tuple[Edit, ...]:
    cure = _without(copy)
    return (Edit("transform_data", f"data:{copy.input}", "x", cure),) if cure else ()


def _remedy(copy: TargetCopy) -> str:
    cure = _without(copy)
    if not copy.steps:
        return f"Take column {copy.place[0]} out of the input: `x = {cure}`."
    if copy.each_step:
        return f"Take feature {copy.place[1]} out of the input, `x = {cure}`, or move the target to a later step."
    step = copy.place[0]
    if step == copy.steps - 1:
        return (
            "The windows end one step too late: take the value after the window as the target, "
            f"`y = series[{step + 1}:]` for `x[i] = series[i : i + {step + 1}]`; or cut that step off: `x = {cure}`."
        )
    cut = f", or end the window before step {step}: `x = {cure}`" if step else ""
    return f"Take the target from after the window, `series[{copy.steps}:]` for windows of {copy.steps} steps{cut}."
