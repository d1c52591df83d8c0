"""KS708."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import LossCheck
from keras_stable.diagnosis.facts.loss_check import MINDS, SAME
from keras_stable.diagnosis.rule import Found, Threshold, rule

MET = Threshold(SAME, "Share of the loss. The mean over all pairs is met to rounding, 1e-6; others miss it by 0.1.")
MATTER = Threshold(MINDS, "Share of the loss. Labels have to matter: what does not use them cannot pair them.")


@rule(
    "KS708",
    "broadcast-loss",
    severity="error",
    remedy="Give labels and predictions one shape: `y = keras.ops.reshape(y, keras.ops.shape(prediction))` in the "
    "loss, or `y[..., None]` before `fit` (`y[..., 0]` where predictions have an axis less).",
    explains=(
        "loss-not-decreasing",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
        "identical-outputs",
        "prediction-collapse",
        "never-predicted-class",
        "feature-collapse",
        "oscillating-loss",
        "overfitting",
        "learning-rate-too-low",
        "learning-rate-too-high",
        "unscaled-targets",
        "metric-mismatch",
        "noisy-gradient",
        "vanishing-gradients",
        "update-ratio",
    ),
    thresholds={"met": MET, "matter": MATTER},
    own=True,
)
def broadcast_loss(loss_checks: Sequence[LossCheck]) -> Iterator[Found]:
    """A loss or metric compares every prediction with every label, or their means, and not each with its own.

    ## What it does

    Gives the labels of a batch to other rows while the predictions stay. A loss that compares each prediction with its
    own label changes; one that broadcasts does not, and is the mean of what it is when all rows have the label of one.
    A loss that takes the mean before it compares stays the same too, while other labels would change it.
    Losses and metrics of your own are tried, inside an own `train_step` too.

    ## Why is this bad

    Labels of shape (n,) and predictions of shape (n, 1) have a difference of shape (n, n). No error is raised. The best
    answer to such a loss is the mean of all labels for every input, so the model learns that and no more. A metric that
    broadcasts shows a number that has nothing to do with the model.

    ## Example

        loss = tf.reduce_mean(tf.square(y - self(x)))  # y has the shape (n,), the answer (n, 1)

    ## Use instead

        loss = tf.reduce_mean(tf.square(y[:, None] - self(x)))
    """
    for check in loss_checks:
        if not check.broadcasts:
            if check.unpaired:
                yield _of_means(check)
            continue
        metric = check.kind == "metric"
        what = f"metric `{check.name}`" if metric else "loss"
        shapes = f"Labels have the shape {_text(check.label_shape)}, predictions {_text(check.answer_shape)}"
        yield Found(
            where="train_step" if check.own_step else "compile",
            message=f"The {what} of {check.output} compares every prediction with every label: it stays "
            f"{check.right:.4g} when the labels of {check.rows} rows are given to other rows. {shapes}.",
            evidence={"loss": check.right, "loss_of_other_order": check.wrong[0], "rows": check.rows},
            severity="warning" if metric else "error",
            explains=() if metric else None,
            confidence=0.98,
            edits=_edits(check),
        )


def _of_means(check: LossCheck) -> Found:
    return Found(
        where="train_step" if check.own_step else "compile",
        message=f"The loss of {check.output} does not depend on which prediction belongs to which label: it stays "
        f"{check.right:.4g} when the labels of {check.rows} rows are given to other rows, and is "
        f"{check.of_same_labels[0]:.4g} when all have that of the first.",
        evidence={"loss": check.right, "loss_of_other_order": check.wrong[0], "rows": check.rows},
        remedy="Compare each prediction with its own label before the mean is taken: "
        "`keras.ops.mean(keras.ops.square(y - prediction), axis=-1)`, and not the square of the mean.",
        severity="warning",
        confidence=0.95,
    )


def _edits(check: LossCheck) -> tuple[Edit, ...]:
    """Returns the edit that gives the labels an axis of length 1 that the answers have, or takes theirs away."""
    labels, answers = check.label_shape, check.answer_shape
    if answers == (*labels, 1):
        cure = "y[..., None]"
    elif labels == (*answers, 1):
        cure = "y[..., 0]"
    else:
        return ()
    return (Edit("transform_data", f"data:{check.output}", "y", cure),)


def _text(shape: Sequence[int]) -> str:
    inner = ", ".join(map(str, ("n", *shape[1:])))
    return f"({inner},)" if len(shape) == 1 else f"({inner})"
