"""KS704."""

from collections.abc import Iterator

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Dependence, Duplicates, Learning, Pairing, Realignment
from keras_stable.diagnosis.rule import Found, Threshold, rule

NOTHING = Threshold(
    3.0, "Standard deviations of labels dealt out at random. The weakest of 80 data sets that can be learnt has 7."
)
UNTOLD = Threshold(
    2.5, "The same, of the model's own loss on rows that it was not trained on. Of nothing learnt, 1 in 100."
)
ROWS = Threshold(100, "Rows on which so weak a dependence would show as the noisiest sets have that can be learnt.")
ELSEWHERE = Threshold(0.05, "Share of the rows whose label fits another row's picture beyond doubt; by chance 0.01 do.")
REPEATED = Threshold(0.5, "Share of rows whose inputs repeat an earlier one: these tell nothing in any order.")
RESTORED = Threshold(0.2, "What another order explains more than theirs. Order of collection alone explains 0.1.")


@rule(
    "KS704",
    "misaligned-labels",
    remedy="Bring inputs and labels into one order: pair files by name, `sorted(...)` both lists by it, and shuffle by "
    "one order, `x[order], y[order]`. Look at a few pairs.",
    explains=(
        "class-imbalance",
        "conflicting-labels",
        "unseen-classes",
        "validation-inputs-differ",
        "prediction-collapse",
        "never-predicted-class",
        "identical-outputs",
        "feature-collapse",
        "input-independent-loss",
        "learning-rate-too-low",
        "learning-rate-too-high",
        "noisy-gradient",
        "loss-not-decreasing",
        "oscillating-loss",
        "slow-convergence",
        "cannot-overfit-batch",
        "overfitting",
    ),
    thresholds={"nothing": NOTHING, "untold": UNTOLD, "rows": ROWS, "elsewhere": ELSEWHERE, "restored": RESTORED}
    | {"repeated": REPEATED},
    own=True,
)
def misaligned_labels(
    dependence: Dependence,
    learning: Learning,
    pairing: Pairing | None = None,
    duplicates: Duplicates | None = None,
) -> Iterator[Found]:
    """Inputs say nothing about their labels: these may stand in another order.

    ## What it does

    Predicts the labels of rows that are left out from the others, linearly and by likeness, and compares this with
    labels that are dealt out at random; labels as large as their pictures are laid over them, after what all have in
    common is taken away. Where nothing is found, other orders are tried: shifts, reversal, numbers sorted as text on
    one side, and arrays that were reshaped where their last axis should have been moved to the front. Where none of
    these mends it, it is a finding only if the model agrees: the loss on rows that it was not trained on is the same
    for their own labels as for those of others. Labels that nothing in the inputs tells, pure noise, look the same.

    ## Why is this bad

    The model learns what holds without looking: the commonest class, the mean mask. With enough weights it learns
    the training rows by heart. The loss falls, and nothing of it is of use.

    ## Example

        images, masks = os.listdir("images"), os.listdir("masks")  # each in an order of its own

    ## Use instead

        images, masks = sorted(os.listdir("images")), sorted(os.listdir("masks"))

    ## References

    Ojala and Garriga (2010), Permutation Tests for Studying Classifier Performance.
    """
    figures = {
        "explained": dependence.explained,
        "by_chance": dependence.by_chance,
        "deviations": dependence.deviations,
        "samples": dependence.samples,
    }
    realigned = dependence.realigned
    if realigned is not None and realigned.explained - dependence.explained > RESTORED.value:
        yield _restored(realigned, dependence, figures)
        return
    if dependence.deviations >= NOTHING.value:
        return
    if dependence.elsewhere > ELSEWHERE.value * dependence.samples:
        yield Found(
            where="data",
            message=f"Of {dependence.samples} labels {dependence.elsewhere} fit the picture of another row far better "
            f"than that of their own, with which they have nothing in common ({_said(dependence)}).",
            evidence={**figures, "elsewhere": dependence.elsewhere},
            threshold=ELSEWHERE.value,
            severity="error",
            confidence=0.95,
        )
        return
    untold = pairing is not None and pairing.deviations < UNTOLD.value
    if duplicates is not None and duplicates.repeated > REPEATED.value * duplicates.samples:
        return  # inputs that are the same say nothing in any order
    if dependence.samples < ROWS.value or not (untold or (pairing is None and dependence.labels_in_order)):
        return
    if pairing is not None:
        figures |= {"loss": pairing.loss, "dealt_loss": pairing.dealt_loss, "steps": pairing.steps}
    order = (
        " The labels stand in order, and the inputs do not: were these sorted alone?"
        if dependence.labels_in_order
        else ""
    )
    model = (
        f" On rows that it was not trained on the model has a loss of {pairing.loss:.3g} for their own labels, and of "
        f"{pairing.dealt_loss:.3g} for those of other rows."
        if pairing is not None
        else ""
    )
    yield Found(
        where="data",
        message=f"Inputs say nothing about their labels ({_said(dependence)}): they may stand in different orders, or "
        f"the labels are noise.{model}{order}",
        evidence=figures,
        threshold=NOTHING.value,
        confidence=0.9 if dependence.labels_in_order else 0.6 if learning.state in ("unknown", "diverging") else 0.8,
    )


def _said(dependence: Dependence) -> str:
    if dependence.kind == "patterns":
        return (
            f"correlation {dependence.explained:.2g}, and {dependence.by_chance:.2g} where they are dealt out at random"
        )
    return (
        f"a quick predictor explains {max(dependence.explained, 0):.1%} of labels that are left out, and "
        f"{max(dependence.by_chance, 0):.1%} where they are dealt out at random"
    )


def _restored(realigned: Realignment, dependence: Dependence, figures: dict[str, float]) -> Found:
    text, remedy = _MENDED[realigned.kind]
    if realigned.kind == "shifted":
        side = "back" if realigned.rows > 0 else "on"
        count = abs(realigned.rows)
        text = f"moved {side} by {count} row{'s' if count > 1 else ''}"
        remedy = (
            f"Pair row i with label i {'+' if realigned.rows > 0 else '-'} {count}: "
            + (f"`x[:-{count}], y[{count}:]`" if realigned.rows > 0 else f"`x[{count}:], y[:-{count}]`")
            + ". Look for a header that was read as a row, or a window that starts one too late."
        )
    much = (
        f"{realigned.explained:.0%} of them"
        if dependence.kind == "prediction"
        else f"a correlation of {realigned.explained:.2g}"
    )
    return Found(
        where="data",
        message=f"Inputs say next to nothing about labels ({_said(dependence)}), but {much} once these are {text}.",
        evidence={**figures, "rows": realigned.rows, "restored": realigned.explained},
        threshold=NOTHING.value,
        remedy=remedy,
        severity="error",
        confidence=0.95,
        edits=_edits(realigned),
    )


def _edits(realigned: Realignment) -> tuple[Edit, ...]:
    """Returns the edits that pair inputs and labels again; nothing where names are needed for it."""
    count = abs(realigned.rows)
    by_text = f"sorted(range(len(y)), key=lambda row: str(row + {count - 1}))"
    first, last = f"[:-{count}]", f"[{count}:]"
    cures = {
        "shifted": {"x": f"x{first}", "y": f"y{last}"} if realigned.rows > 0 else {"x": f"x{last}", "y": f"y{first}"},
        "reversed": {"y": "y[::-1]"},
        "listed": {"y": f"y[{by_text}]" if realigned.rows > 0 else f"y[np.argsort({by_text})]"} if count else {},
        "inputs_reshaped": {"x": "np.moveaxis(x.reshape(*x.shape[1:], len(x)), -1, 0)"},
        "labels_reshaped": {"y": "np.moveaxis(y.reshape(*y.shape[1:], len(y)), -1, 0)"},
    }
    return tuple(Edit("transform_data", "data", name, cure) for name, cure in cures.get(realigned.kind, {}).items())


_MENDED = {
    "shifted": ("", ""),
    "reversed": ("read from the end", "Reverse one of them: `y[::-1]`; look where one list is sorted downwards."),
    "listed": (
        "sorted as the inputs are: one side goes by number, the other by text (1, 10, 100, 2)",
        "Sort both by number, `sorted(names, key=lambda name: int(Path(name).stem))`, or pair files by name.",
    ),
    "inputs_reshaped": (
        "paired with inputs that are transposed and not reshaped",
        "Move the axis instead of reshaping: `np.moveaxis(x, -1, 0)`, or `x.T` for a table. `reshape` mixes the rows.",
    ),
    "labels_reshaped": (
        "transposed and not reshaped",
        "Transpose the labels, `y.T`, instead of reshaping them: `reshape` mixes the rows.",
    ),
}
