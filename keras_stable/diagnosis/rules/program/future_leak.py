"""KS719."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import FutureReach, Structure
from keras_stable.diagnosis.rule import Found, Skip, rule
from keras_stable.diagnosis.rules._edits import layer_argument, quoted


@rule(
    "KS719",
    "future-leak",
    severity="error",
    remedy="Let each step see itself and what came before: `MultiHeadAttention(...)(x, x, use_causal_mask=True)`, "
    '`Conv1D(..., padding="causal")`, a recurrent layer without `Bidirectional`.',
    explains=(
        "overfitting",
        "bad-initial-loss",
        "slow-convergence",
        "loss-not-decreasing",
        "oscillating-loss",
        "prediction-collapse",
        "never-predicted-class",
        "cannot-overfit-batch",
    ),
    own=True,
)
def future_leak(future: Sequence[FutureReach], structure: Structure | None = None) -> Iterator[Found]:
    """The target of a step reaches the model's own answer for that step.

    ## What it does

    Where there is an answer for each step and its target is a later step of the input, as in a language model or a
    forecaster of the next value, it changes the later inputs on a copy and watches the earlier answers. Labels that
    are no later inputs, such as tags of words, may be told by both sides, and are left alone.

    ## Why is this bad

    The model reads its target instead of predicting it. The loss falls to nothing within an epoch, in validation
    too; when it is to go on from its own answers there is no future to read, and it is of no use.
    `attention_mask` is True for what may be seen; masks of other libraries say what to hide.

    ## Example

        look_ahead = 1 - np.tril(np.ones((steps, steps)))
        attention(x, x, attention_mask=look_ahead)

    ## Use instead

        attention(x, x, use_causal_mask=True)

    ## References

    Vaswani et al. (2017), Attention is all you need, section 3.2.3.
    """
    if not future:
        raise Skip("no answers of single steps have later inputs as their targets")
    for reach in future:
        if not reach.reached:
            continue
        names = ", ".join(reach.layers[:3])
        yield Found(
            where=reach.layers[0] if len(reach.layers) == 1 else reach.output,
            message=_message(reach) + (f" Layers that look ahead: {names}." if names else ""),
            evidence={
                "shift": reach.shift,
                "reached": reach.reached,
                "own": reach.own,
                "examined": reach.examined,
                "furthest": reach.furthest,
                "change": reach.change,
            },
            severity="error" if reach.own else "warning",
            confidence=0.98 if reach.own else 0.9,
            edits=_edits(reach, structure),
        )


def _edits(reach: FutureReach, structure: Structure | None) -> tuple[Edit, ...]:
    """Returns the edits for convolutions; what an attention is called with is code of the model."""
    layers = [structure.layer(path) if structure is not None else None for path in reach.layers]
    if not all(layer is not None and layer.kind in ("Conv1D", "SeparableConv1D") for layer in layers):
        return ()
    return tuple(edit for path in reach.layers for edit in layer_argument(path, "padding", quoted("causal")))


def _message(reach: FutureReach) -> str:
    ahead = "the next input" if reach.shift == 1 else f"the input {reach.shift} steps later"
    if reach.own:
        return (
            f"The target of a step of {reach.output} is {ahead} of {reach.input}, and that input reaches the answer: "
            f"at {reach.own} of {reach.examined} steps examined, from up to {reach.furthest} steps ahead."
        )
    return (
        f"The target of a step of {reach.output} is {ahead} of {reach.input}, and later inputs reach the answer at "
        f"{reach.reached} of {reach.examined} steps examined, from up to {reach.furthest} steps ahead."
    )
