"""KS712."""

from collections.abc import Iterator

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import CarriedState
from keras_stable.diagnosis.rule import Found, Skip, rule

_WHAT = {
    "rows": "`fit` shuffles the rows",
    "batches": "`fit` takes the batches in random order",
    "stream": "the dataset brings its batches in another order each time",
}
_CURES = {
    "rows": "Write `model.fit(..., shuffle=False)`",
    "batches": "Write `model.fit(..., shuffle=False)`",
    "stream": "Take `shuffle` out of the dataset",
}


@rule(
    "KS712",
    "stateful-shuffle",
    remedy="Write `model.fit(..., shuffle=False)`: row i of a batch goes on where row i of the batch before ended.",
    explains=(
        "train-inference-mismatch",
        "loss-not-decreasing",
        "slow-convergence",
        "oscillating-loss",
        "overfitting",
        "noisy-gradient",
        "learning-rate-too-low",
        "learning-rate-too-high",
        "cannot-overfit-batch",
        "input-independent-loss",
        "prediction-collapse",
        "never-predicted-class",
        "identical-outputs",
        "feature-collapse",
    ),
    own=True,
)
def stateful_shuffle(carried_state: CarriedState) -> Iterator[Found]:
    """A layer that carries its state from batch to batch gets the batches in random order.

    ## What it does

    Looks for recurrent layers with `stateful=True`, and whether `fit` shuffles: arrays and a `PyDataset` unless told
    not to, and a dataset of which two passes differ.

    ## Why is this bad

    `stateful=True` says that row i of a batch is the continuation of row i of the batch before, so its state begins
    where that one ended. After shuffling it begins with the state of some other sequence: noise, from which nothing
    is learnt of what came before.

    ## Example

        model.add(keras.layers.LSTM(32, stateful=True))
        model.fit(x, y, batch_size=20)

    ## Use instead

        model.add(keras.layers.LSTM(32, stateful=True))
        model.fit(x, y, batch_size=20, shuffle=False)

    ## References

    keras.io, guide "Working with RNNs", cross-batch statefulness.
    """
    if not carried_state.layers:
        raise Skip("no layer carries its state from batch to batch")
    if not carried_state.shuffled:
        return
    names = ", ".join(carried_state.layers[:3])
    yield Found(
        where=carried_state.layers[0],
        message=f"{names} carries its state from batch to batch, and {_WHAT[carried_state.shuffled]}: each sequence "
        "begins with the state of another.",
        evidence={"layers": len(carried_state.layers)},
        remedy=f"{_CURES[carried_state.shuffled]}, and reset the states where a new sequence begins; or take "
        "`stateful=False` where the rows do not go on.",
        confidence=0.97,
        edits=() if carried_state.shuffled == "stream" else (Edit("set_argument", "fit", "shuffle", "False"),),
    )
