"""KS204."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Layer, Learning, Output, Structure
from keras_stable.diagnosis.rule import Found, Threshold, rule
from keras_stable.diagnosis.rules._edits import layer_argument
from keras_stable.diagnosis.rules.model._flow import before

RATE = Threshold(0.5, "Half the units is the most that is in common use.")
DROWNED = Threshold(0.8, "Above, fewer than one unit in five is left: a rate of units to keep, taken for one to drop.")

RATES = ("rate", "dropout", "recurrent_dropout")


@rule(
    "KS204",
    "excess-dropout",
    remedy=f"Lower it to `keras.layers.Dropout({RATE.value:g})` or less; `rate` is the share that is dropped, "
    "not kept.",
    explains=(
        "noisy-gradient",
        "train-inference-mismatch",
        "bad-initial-loss",
        "prediction-collapse",
        "loss-not-decreasing",
        "oscillating-loss",
        "slow-convergence",
        "cannot-overfit-batch",
    ),
    thresholds={"rate": RATE, "drowned": DROWNED},
)
def excess_dropout(structure: Structure, outputs: Sequence[Output], learning: Learning) -> Iterator[Found]:
    """Dropout above one half, on the model's outputs, or right before batch normalization.

    ## What it does

    Reads the rate of every dropout layer, and `dropout` and `recurrent_dropout` of recurrent layers, and looks
    where they stand. Behind the last layer with weights it is a certain mistake. A rate above one half, and
    dropout that feeds a `BatchNormalization` directly, are advice unless the model does not learn.

    ## Why is this bad

    Dropping an output sets a logit, a probability or a regression's answer to 0 and blows up the others: the
    loss then measures the dice. A high rate leaves too few units to carry the signal. Batch normalization
    stores the variance that dropout makes, which is not there at inference.

    ## Example

        model.add(keras.layers.Dense(10, activation="softmax"))
        model.add(keras.layers.Dropout(0.5))

    ## Use instead

        model.add(keras.layers.Dropout(0.5))
        model.add(keras.layers.Dense(10, activation="softmax"))

    ## References

    Srivastava et al. (2014), Dropout: a simple way to prevent neural networks from overfitting.
    Li et al. (2019), Understanding the disharmony between dropout and batch normalization by variance shift.
    """
    behind = {path: output.learnt_layer for output in outputs for path in _on_output(structure, output)}
    for layer in structure.layers:
        rate = max((_number(layer, name) for name in RATES), default=0.0)
        if layer.path in behind and rate > 0:
            yield Found(
                where=layer.path,
                message=f"{layer.path} drops {rate:.0%} of the model's outputs, behind its last layer with weights.",
                evidence={"rate": rate},
                threshold=0,
                remedy="Move the dropout before the last layer with weights.",
                confidence=0.96,
                edits=_moved(layer, behind[layer.path]),
            )
        elif rate > RATE.value and layer.role in ("dropout", "learnt"):
            drowned = rate > DROWNED.value
            harmful = learning.troubled or (drowned and not learning.healthy)
            yield Found(
                where=layer.path,
                message=f"{layer.path} drops {rate:.0%} of the units.",
                evidence={"rate": rate},
                threshold=RATE.value,
                severity="warning" if harmful else "advice",
                confidence=0.85 if drowned else 0.5,
                edits=tuple(
                    edit
                    for name in RATES
                    if _number(layer, name) > RATE.value
                    for edit in layer_argument(layer.path, name, f"{RATE.value:g}")
                ),
            )
        elif layer.role == "dropout" and rate > 0 and _feeds_batch_normalization(structure, layer):
            yield Found(
                where=layer.path,
                message=f"{layer.path} feeds a BatchNormalization, which stores the variance that dropout makes.",
                evidence={"rate": rate},
                remedy="Put the dropout behind the `BatchNormalization` and its activation.",
                severity="warning" if learning.troubled else "advice",
                confidence=0.35,
                edits=_moved(layer, _behind_normalization(structure, layer)),
            )


def _moved(dropout: Layer, target: str) -> tuple[Edit, ...]:
    """Returns the edits that put a dropout before another layer."""
    again = f"keras.layers.{dropout.kind}({_number(dropout, 'rate'):g})"
    return (Edit("remove", f"layer:{dropout.path}"), Edit("insert_layer", f"layer:{target}", value=again)) * bool(
        target
    )


def _behind_normalization(structure: Structure, dropout: Layer) -> str:
    """Returns the path of what follows a batch normalization and its activation; "" where the way branches."""
    path, passed = dropout.path, False
    while len(behind := structure.consumers(path)) == 1:
        follower = behind[0]
        if passed and follower.role not in ("activation", "normalization"):
            return follower.path
        path, passed = follower.path, True
    return ""


def _on_output(structure: Structure, output: Output) -> Iterator[str]:
    """Yields the paths of the dropout layers between the last learnt layer and an output."""
    last = structure.layer(output.layer)
    if last is None or last.path == output.learnt_layer:
        return
    chain = [last]
    for previous in before(structure, last):
        if previous.path == output.learnt_layer:
            yield from (layer.path for layer in chain if layer.role == "dropout")
            return
        chain.append(previous)


def _feeds_batch_normalization(structure: Structure, layer: Layer) -> bool:
    return any(consumer.kind == "BatchNormalization" for consumer in structure.consumers(layer.path))


def _number(layer: Layer, name: str) -> float:
    value = layer.config.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
