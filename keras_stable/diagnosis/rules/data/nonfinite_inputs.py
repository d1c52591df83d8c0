"""KS101."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Input, Learning
from keras_stable.diagnosis.rule import Found, rule
from keras_stable.diagnosis.rules._edits import of_data

FEW = 0.1  # share of the rows that can be done without


@rule(
    "KS101",
    "nonfinite-inputs",
    severity="error",
    remedy="Drop the rows with `x[np.isfinite(x).all(axis=1)]`, or fill the gaps with `np.nan_to_num` or a mean.",
    explains=(
        "nonfinite-activations",
        "nonfinite-gradients",
        "nonfinite-loss",
        "identical-outputs",
        "zero-gradients",
        "unadapted-normalization",
        "bad-initial-loss",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "diverging-loss",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
)
def nonfinite_inputs(inputs: Sequence[Input], learning: Learning) -> Iterator[Found]:
    """NaN or infinity among the inputs.

    ## What it does

    Counts the values of every input that are NaN or infinite, and names the first rows that hold one. It is a
    warning where the model learns all the same, as one that fills the gaps itself does.

    ## Why is this bad

    A NaN that enters a layer leaves it as NaN. The loss of its batch is NaN, so is every gradient, and after
    one step so is every weight: a single missing cell of a table ends the training.

    ## Example

        x = pandas.read_csv("table.csv").to_numpy()  # empty cells become NaN
        model.fit(x, y)

    ## Use instead

        table = pandas.read_csv("table.csv")
        x = table.fillna(table.median()).to_numpy()
        model.fit(x, y)
    """
    for data in inputs:
        if data.nonfinite < 1:
            continue
        rows = ", ".join(str(row) for row in data.nonfinite_rows)
        yield Found(
            where=data.name,
            message=f"{data.nonfinite} values of {data.name} are NaN or infinite"
            + (f", first in rows {rows}." if rows else "."),
            evidence={"nonfinite": data.nonfinite, "samples": data.samples},
            threshold=0,
            severity="warning" if learning.healthy else None,
            confidence=1.0,
            edits=_edits(data, inputs),
        )


def _edits(data: Input, inputs: Sequence[Input]) -> tuple[Edit, ...]:
    """Returns the edits that drop the rows where these are few, and else fill the gaps."""
    if len(inputs) > 1 or len(data.shape) != 1 or data.nonfinite > FEW * data.samples:
        filled = "np.nan_to_num(x, posinf=0.0, neginf=0.0)"
        return (Edit("transform_data", of_data(data.name, inputs), "x", filled),)
    return tuple(Edit("transform_data", "data", name, f"{name}[np.isfinite(x).all(axis=1)]") for name in ("x", "y"))
