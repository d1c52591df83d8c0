"""KS105."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Labels, Learning, Output
from keras_stable.diagnosis.rule import Found, rule
from keras_stable.diagnosis.rules.data._tasks import paired


@rule(
    "KS105",
    "nonfinite-labels",
    severity="error",
    remedy="Drop those rows before `fit`: `keep = np.isfinite(y); x, y = x[keep], y[keep]`.",
    explains=(
        "nonfinite-gradients",
        "nonfinite-activations",
        "nonfinite-loss",
        "identical-outputs",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "diverging-loss",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
    own=True,
)
def nonfinite_labels(labels: Sequence[Labels], outputs: Sequence[Output], learning: Learning) -> Iterator[Found]:
    """NaN or infinity among the labels.

    ## What it does

    Counts the labels of every output that are NaN or infinite, and names the first rows that hold one. A loss
    of one's own may leave such rows out; where the model learns with it, this is said as advice.

    ## Why is this bad

    The loss of such a sample is NaN, and so is the gradient of its whole batch: one step makes every weight
    NaN. A sample weight of 0 does not help, for 0 times NaN is NaN.

    ## Example

        y = table["price"].to_numpy()  # NaN where no price is known
        model.fit(x, y)

    ## Use instead

        known = np.isfinite(y)
        model.fit(x[known], y[known])
    """
    own = {label.output for output, label in paired(outputs, labels) if output.loss == "custom"}
    for label in labels:
        if label.nonfinite < 1:
            continue
        rows = ", ".join(str(row) for row in label.nonfinite_rows)
        masked = label.output in own and learning.healthy
        yield Found(
            where=label.output,
            message=f"{label.nonfinite} labels of {label.output} are NaN or infinite"
            + (f", first in rows {rows}." if rows else "."),
            evidence={"nonfinite": label.nonfinite, "samples": label.samples},
            threshold=0,
            severity="advice" if masked else None,
            confidence=1.0,
            edits=_edits(label) if len(labels) == 1 else (),
        )


def _edits(label: Labels) -> tuple[Edit, ...]:
    """Returns the edits that drop the rows without a label."""
    keep = "np.isfinite(y)" if not label.shape else "np.isfinite(y).reshape(len(y), -1).all(axis=1)"
    return tuple(Edit("transform_data", "data", name, f"{name}[{keep}]") for name in ("x", "y"))
