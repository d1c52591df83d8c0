"""KS206."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Evaluation, Labels, Layer, Learning, Output, Structure
from keras_stable.diagnosis.rule import Found, rule
from keras_stable.diagnosis.rules._edits import layer_argument, quoted
from keras_stable.diagnosis.rules.data._ranges import CLIPPING, beyond
from keras_stable.diagnosis.rules.data._tasks import paired, same_shape
from keras_stable.diagnosis.rules.model._flow import CONVOLUTIONS, DENSE, before, next_kernels
from keras_stable.diagnosis.vocabulary import REGRESSION

LINEAR = frozenset({"", "linear", "custom"})
POSITIVE = frozenset({"relu", "relu6", "sigmoid", "hard_sigmoid", "softmax", "softplus", "exponential"})


@rule(
    "KS206",
    "redundant-activation",
    remedy="Keep one: leave `activation` out of the layer before, or drop the activation layer behind it.",
    explains=(
        "vanishing-gradients",
        "zero-gradients",
        "dead-units",
        "saturated-activations",
        "identical-outputs",
        "bad-initial-loss",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
)
def redundant_activation(
    structure: Structure,
    outputs: Sequence[Output],
    learning: Learning,
    labels: Sequence[Labels] = (),
    evaluation: Evaluation | None = None,
) -> Iterator[Found]:
    """Two activations in a row, or an activation that clips what a regression must reach.

    ## What it does

    Looks for an activation layer whose input has just been through another one; dropout and reshaping between
    them make no difference. It is a warning on an output, or where another layer with weights takes it; advice
    where a sum or product does, as in attention, behind recurrent layers, and where the second one changes
    nothing, such as relu behind softmax. For a regression with a relu at its end it looks for targets below 0, and
    mistrusts the relu when the model does not learn; targets beyond a sigmoid's or tanh's range, which can be scaled
    into it, are named by unscaled-targets. It mistrusts a softmax over hidden units too, whose shares get smaller
    the more units there are.

    ## Why is this bad

    A softmax of a softmax sees values from 0 to 1 only, and can hardly prefer a class: with ten of them the
    best it can say is 23 %. A relu before a softmax cannot vote against a class. A relu on the answer of a
    regression gives 0 for every target below, and no gradient.

    ## Example

        model.add(keras.layers.Dense(10, activation="softmax"))
        model.add(keras.layers.Activation("softmax"))

    ## Use instead

        model.add(keras.layers.Dense(10, activation="softmax"))
    """
    ends = {path for output in outputs for path in _ends(structure, output.layer)}
    for layer in structure.layers:
        if layer.role == "activation" and layer.activation not in LINEAR:
            first = _activated(structure, layer)
            if first is not None:
                behind = next_kernels(structure, layer.path)
                plain = bool(behind) and all(follower.role == "learnt" for follower in behind)
                yield _twice(first, layer, plain or layer.path in ends)
        elif layer.activation == "softmax" and layer.kind in DENSE and layer.path not in ends:
            yield from _hidden_softmax(structure, layer, learning)
    for output, label in paired(outputs, labels):
        if output.loss in REGRESSION and same_shape(label.shape, output.shape):
            yield from _clipped(output, label, learning, evaluation, _linear_end(structure.layer(output.layer)))


def _ends(structure: Structure, path: str) -> Iterator[str]:
    """Yields the path of an output's layer, and of those before it that are only reshaped or dropped."""
    layer = structure.layer(path)
    yield path
    while layer is not None and layer.role in ("shape", "dropout") and len(layer.inputs) == 1:
        yield layer.inputs[0]
        layer = structure.layer(layer.inputs[0])


def _activated(structure: Structure, layer: Layer) -> Layer | None:
    """Returns the layer whose activation is what enters a layer."""
    for earlier in before(structure, layer):
        if earlier.role in ("activation", "learnt"):
            return None if earlier.activation in LINEAR else earlier
        if earlier.role not in ("dropout", "shape"):
            return None
    return None


def _twice(first: Layer, second: Layer, counts: bool) -> Found:
    idle = second.activation in ("relu", "leaky_relu") and first.activation in POSITIVE
    kernel = first.role != "learnt" or first.kind in DENSE | CONVOLUTIONS
    return Found(
        where=second.path,
        message=f"{second.path} applies {second.activation} to what {first.path} has put through "
        f"{first.activation} already" + (": it changes nothing." if idle else "."),
        remedy=f"Leave `activation` out of {first.path}, or drop {second.path}.",
        severity="warning" if counts and kernel and not idle else "advice",
        confidence=0.9,
        edits=_kept_once(first, second, idle or not kernel),
    )


def _kept_once(first: Layer, second: Layer, first_decides: bool) -> tuple[Edit, ...]:
    """Returns the edit that leaves one activation: the first where the second adds nothing, else what comes last."""
    if first_decides or first.activation == second.activation:
        return (Edit("remove", f"layer:{second.path}"),)
    if first.role == "learnt":
        return layer_argument(first.path, "activation", "None")
    return (Edit("remove", f"layer:{first.path}"),)


def _hidden_softmax(structure: Structure, layer: Layer, learning: Learning) -> Iterator[Found]:
    """A softmax that only other kernels take; as weights of a sum or product it is meant."""
    behind = next_kernels(structure, layer.path)
    if behind and all(follower.kind in DENSE | CONVOLUTIONS for follower in behind):
        yield Found(
            where=layer.path,
            message=f"{layer.path} puts {layer.units} hidden units through a softmax, so that they sum to 1.",
            evidence={"units": layer.units},
            remedy=f'Take `activation="relu"` in {layer.path}; softmax is for the last layer of a classifier.',
            severity="warning" if learning.troubled else "advice",
            confidence=0.85,
            edits=layer_argument(layer.path, "activation", quoted("relu")),
        )


def _linear_end(last: Layer | None) -> tuple[Edit, ...]:
    """Returns the edit that takes the last activation away."""
    if last is None or last.role not in ("learnt", "activation"):
        return ()
    if last.role == "activation":
        return (Edit("remove", f"layer:{last.path}"),)
    return layer_argument(last.path, "activation", "None")


def _clipped(
    output: Output, label: Labels, learning: Learning, evaluation: Evaluation | None, edits: tuple[Edit, ...]
) -> Iterator[Found]:
    if output.activation not in CLIPPING:
        return
    remedy = "Make the last layer linear: `keras.layers.Dense(1)` without `activation`."
    reach = beyond(output, label, evaluation)
    if reach is not None:
        yield Found(
            where=output.layer or output.name,
            message=f"The last activation, {output.activation}, gives {reach.low:.3g} to {reach.high:.3g}, and the "
            f"targets run from {label.minimum:.3g} to {label.maximum:.3g}.",
            evidence={"minimum": label.minimum, "maximum": label.maximum, "low": reach.low, "high": reach.high},
            threshold=reach.high if label.maximum > reach.high else reach.low,
            remedy=remedy,
            severity="error" if reach.whole else "warning" if reach.common else "advice",
            confidence=0.96 if reach.common else 0.6,
            edits=edits,
        )
    elif learning.troubled:
        yield Found(
            where=output.layer or output.name,
            message=f"The answer of the regression goes through {output.activation}, whose gradient is 0 wherever "
            "it gives 0, and the model does not learn.",
            remedy=remedy,
            confidence=0.6,
            edits=edits,
        )
