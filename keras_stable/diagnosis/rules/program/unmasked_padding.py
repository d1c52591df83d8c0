"""KS710."""

import math
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Learning, Padding, Structure, TimeLayer
from keras_stable.diagnosis.progress import LEARNT
from keras_stable.diagnosis.rule import Found, Severity, Skip, Threshold, rule
from keras_stable.diagnosis.rules._edits import layer_argument

WASHED_OUT = Threshold(
    0.5, "Share of the padded sequences of which less than a tenth of the influence is left. A few steps leave more."
)
BEHIND = Threshold(
    12, "Padded steps behind a sequence, where nothing was measured: at its first weights an LSTM keeps 0.73 a step."
)
MOVED = Threshold(0.5, "Standard deviations by which the answers move with the padding. Under a mask they do not.")
DILUTED = Threshold(0.8, "Share of padding in a mean over time: what is left of a sequence is a fifth, and less.")

HALF = 0.5  # share of padding above which it outweighs the sequences
COVERED = 0.5  # of the padded steps that a mask has to hide to be one for them
SOLVED = 0.8  # share gained over a constant answer, of a model that has got over the padding

_RECURRENT = ("recurrent", "backwards", "bidirectional")


@rule(
    "KS710",
    "unmasked-padding",
    remedy="Put `keras.layers.Masking(mask_value=0.0)` first, or `mask_zero=True` into the `Embedding`.",
    explains=(
        "identical-outputs",
        "feature-collapse",
        "unnormalized-features",
        "vanishing-gradients",
        "zero-gradients",
        "saturated-activations",
        "update-ratio",
        "learning-rate-too-low",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "oscillating-loss",
        "slow-convergence",
        "overfitting",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
    thresholds={"washed_out": WASHED_OUT, "behind": BEHIND, "moved": MOVED, "diluted": DILUTED},
    own=True,
)
def unmasked_padding(
    time_layers: Sequence[TimeLayer],
    padding: Sequence[Padding],
    learning: Learning,
    structure: Structure | None = None,
) -> Iterator[Found]:
    """Padding enters a recurrent layer, an attention or a mean over time without a mask.

    ## What it does

    Looks for steps of one value with which sequences of different lengths end, or begin, and for the layers that mix
    the steps: whether each gets a mask that hides them, and on which layer it was lost. What the padding does is
    measured: the steps of a sequence are replaced by others, with the padding where it is and on the other side.
    Padding before a sequence, and padding under a convolution with max pooling, do little and are left alone.

    ## Why is this bad

    A recurrent layer goes on over the padding, and forgets: at its first weights an LSTM keeps three quarters of its
    state a step, and after 30 padded steps all sequences look the same. A mean over time is that of the padding
    where most steps are padding, and an attention spends its weights on it.

    ## Example

        x = keras.utils.pad_sequences(words, maxlen=200, padding="post")
        keras.Sequential([keras.layers.Embedding(10_000, 64), keras.layers.LSTM(64), keras.layers.Dense(1)])

    ## Use instead

        embedding = keras.layers.Embedding(10_000, 64, mask_zero=True)
        keras.Sequential([embedding, keras.layers.LSTM(64), keras.layers.Dense(1)])

    ## References

    keras.io, guide "Understanding masking and padding".
    """
    if not padding:
        raise Skip("no sequences of different lengths were seen")
    for filled in padding:
        judged = [(layer, _harm(layer, filled)) for layer in time_layers if layer.source == filled.source]
        harmed = [(layer, harm) for layer, harm in judged if harm > 0]
        if not harmed:
            continue
        layer, harm = max(harmed, key=lambda pair: pair[1])
        severity = _severity(harm, filled.share, learning)
        if severity is None:
            continue
        yield Found(
            where=layer.path,
            message=_message(layer, filled),
            evidence={
                "share": filled.share,
                "steps": filled.steps,
                "median_length": filled.median,
                "value": filled.value,
                "washed_out": filled.washed_out,
                "moved": filled.moved,
            },
            threshold=WASHED_OUT.value,
            remedy=_remedy(layer, filled),
            edits=_edits(layer, filled, structure),
            severity=severity,
            confidence=0.97 if harm > 1 else 0.5,
            # What is only in the way explains nothing else.
            explains=None if harm > 1 else (),
        )


def _harm(layer: TimeLayer, filled: Padding) -> float:
    """Returns 2 for padding that takes a sequence away, 1 for padding that is in the way, 0 for harmless padding."""
    if not math.isnan(layer.hidden) and layer.hidden >= COVERED * filled.share:
        return 0
    if layer.mixing in _RECURRENT:
        behind = {"recurrent": "end", "backwards": "start"}.get(layer.mixing) == filled.side
        if not math.isnan(filled.washed_out):
            # A trained layer may have learnt to keep some of it; its answers still depend on the padding.
            leans = behind and filled.share > HALF and filled.moved > MOVED.value
            return 2 if filled.washed_out > WASHED_OUT.value or leans else 0
        return 2 if behind and layer.last and filled.steps - filled.median >= BEHIND.value else 0
    if layer.mixing in ("average", "attention"):
        # Answers step by step do not come from a mean.
        whole = layer.mixing == "average" or not math.isnan(filled.washed_out)
        return 2 if whole and filled.share > DILUTED.value else 1
    return 0


def _severity(harm: float, share: float, learning: Learning) -> Severity | None:
    solved = learning.healthy and learning.beyond_constant > SOLVED
    if harm > 1:
        return "advice" if solved and learning.source != "probe" else "warning"
    if solved or (learning.healthy and not learning.beyond_constant < LEARNT):
        return None
    return "warning" if learning.troubled and share > HALF else "advice"


def _message(layer: TimeLayer, filled: Padding) -> str:
    side = "behind" if filled.side == "end" else "before"
    what = f"id {filled.value:g}" if filled.ids else f"steps of {filled.value:.3g}"
    text = (
        f"Padding at the {filled.side} enters {layer.path} ({layer.kind}) without a mask: {filled.share:.0%} of the "
        f"steps are {what}, {filled.steps - filled.median} of {filled.steps} {side} the median sequence"
    )
    if layer.lost:
        text += f"; the mask is lost at {layer.lost}"
    if layer.mixing in _RECURRENT and not math.isnan(filled.washed_out):
        text += (
            f". In {filled.washed_out:.0%} of the padded sequences the content has less than a tenth of the influence "
            "that it has with the padding on the other side, where the answers are "
            f"{filled.moved:.2g} standard deviations away"
        )
    return text + "."


def _edits(layer: TimeLayer, filled: Padding, structure: Structure | None) -> tuple[Edit, ...]:
    """Returns the edit that masks the padding; nothing where it has other values, or own code loses the mask."""
    if not filled.uniform or layer.lost or not math.isnan(layer.hidden):
        return ()
    if not filled.ids:
        mask = f"keras.layers.Masking(mask_value={filled.value:g})"
        return (Edit("insert_layer", f"layer:{layer.path}", value=mask),)
    found = [one for one in (structure.layers if structure is not None else ()) if one.kind == "Embedding"]
    paths = [one.path for one in found if filled.source in (one.path, *one.inputs)]
    return layer_argument(paths[0], "mask_zero", "True") if len(paths) == 1 and filled.value == 0 else ()


def _remedy(layer: TimeLayer, filled: Padding) -> str:
    if not filled.uniform:
        return (
            "The padding was scaled with the rest, so that no mask finds it: scale first, fill up with 0 after, and "
            f"put `keras.layers.Masking(mask_value=0)` before {layer.path}."
        )
    if not math.isnan(layer.hidden):
        text = f"The mask hides other steps than these: mask the value {filled.value:g}"
        return text + (", or pad with 0, which `mask_zero=True` hides." if filled.ids else ".")
    if layer.lost:
        return (
            f"Have {layer.lost} hand its mask on (`self.supports_masking = True`, or `compute_mask`), or give the mask "
            f"to {layer.path} by hand: `layer(x, mask=mask)`."
        )
    if filled.ids:
        zero = "" if filled.value == 0 else f" and pad with 0 in place of {filled.value:g}"
        return f"Write `mask_zero=True` in the `Embedding`{zero}, so that the layers after it skip the padding."
    return f"Put `keras.layers.Masking(mask_value={filled.value:g})` before {layer.path}."
