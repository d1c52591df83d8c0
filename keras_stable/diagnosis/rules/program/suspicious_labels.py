"""KS716."""

from collections.abc import Iterator

from scipy.special import pdtrc

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Plan, Suspects
from keras_stable.diagnosis.progress import LEARNT
from keras_stable.diagnosis.rule import Found, Severity, Skip, Threshold, rule

CHANCE = Threshold(1e-3, "Probability that sound labels give as many that are far off. It is asked once in an audit.")
HINT = Threshold(0.1, "The same for advice, which costs a look at a few rows.")
SHARE = Threshold(0.02, "Share of the labels that are suspicious. Below, a net of usual size is hardly worse for them.")

RANKED = 4  # classes from which on the order of those that are neither label nor guess says anything
NAMED = 5


@rule(
    "KS716",
    "suspicious-labels",
    severity="advice",
    remedy="Look at these rows, the first ones first, and correct or drop those that are wrong; "
    "a `sample_weight` of 0 leaves them out.",
    explains=("overfitting", "conflicting-labels"),
    thresholds={"chance": CHANCE, "hint": HINT, "share": SHARE},
    own=True,
)
def suspicious_labels(suspects: Suspects, plan: Plan | None = None) -> Iterator[Found]:
    """Rows whose label the model, trained without them, does not believe.

    ## What it does

    Trains a copy on each half of up to 2,000 rows, for a short time, and lets it judge the other half. Rows that are
    confidently of another class than their label says are suspicious (confident learning). A model that errs on a
    sound label has it among its next guesses, while one that was drawn at random may be anywhere; so it is a warning
    where more of the labels are far off than the probabilities allow. With fewer than four classes little tells a
    wrong label from a hard one: it is advice, and only where more labels are doubted than the probabilities allow
    once they are as sure as the copies' errors are few.

    ## Why is this bad

    A net that is large enough learns wrong labels by heart, and is judged by them. In the test sets of ten well-known
    data sets 3 % of the labels are wrong.

    ## Example

        y = np.loadtxt("labels.csv")  # as the crowd gave them

    ## Use instead

        y[rows] = corrected  # after a look at the rows that the finding names

    ## References

    Northcutt, Jiang and Chuang (2021), Confident Learning; Northcutt, Athalye and Mueller (2021), Pervasive Label
    Errors in Test Sets; Guo et al. (2017), On Calibration of Modern Neural Networks.
    """
    if not suspects.accuracy > suspects.majority_share + LEARNT * (1 - suspects.majority_share):
        raise Skip("the copies, trained on half of the rows, learnt too little to judge labels")
    if not suspects.count:
        return
    severity, share, chance = _judged(suspects)
    if severity is None:
        return
    rows = ", ".join(
        f"{row} ({label}, rather {guess})"
        for row, label, guess in list(zip(suspects.rows, suspects.labels, suspects.guesses, strict=True))[:NAMED]
    )
    yield Found(
        suspects.output,
        f"{suspects.count} of {suspects.samples} labels are not believed by copies that were trained without them, "
        f"{share:.1%} of all. First rows: {rows}.",
        {
            "suspicious": suspects.count,
            "samples": suspects.samples,
            "far": suspects.far,
            "far_if_sound": suspects.far_if_sound,
            "share": share,
            "chance": chance,
            "accuracy": suspects.accuracy,
        },
        SHARE.value,
        severity=severity,
        confidence=0.9 if severity == "warning" else 0.4,
        edits=_left_out(suspects, plan) if severity == "warning" and plan is not None else (),
    )


def _left_out(suspects: Suspects, plan: Plan) -> tuple[Edit, ...]:
    """Returns the edit that gives the suspicious rows of arrays no weight; nothing where rows have weights."""
    if plan.kind != "arrays" or plan.class_weight or not plan.samples:
        return ()
    rows = ", ".join(map(str, sorted(suspects.rows)))
    weights = f"np.where(np.isin(np.arange({plan.samples}), [{rows}]), 0.0, 1.0)"
    return (Edit("set_argument", "fit", "sample_weight", weights),)


def _judged(suspects: Suspects) -> tuple[Severity | None, float, float]:
    """Returns how grave it is, the share of suspicious labels, and the chance of so many far ones if all are sound."""
    share = suspects.count / suspects.samples
    if suspects.classes < RANKED:
        chance = float(pdtrc(suspects.doubted - 1, suspects.doubted_if_sound)) if suspects.doubted else 1.0
        return ("advice" if share >= SHARE.value and chance < CHANCE.value else None), share, chance
    # The chance of this many or more, of events that are rare one by one.
    chance = float(pdtrc(suspects.far - 1, suspects.far_if_sound)) if suspects.far else 1.0
    if chance < CHANCE.value and share >= SHARE.value:
        return "warning", share, chance
    return ("advice" if chance < HINT.value else None), share, chance
