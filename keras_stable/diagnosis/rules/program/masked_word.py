"""KS723."""

from collections.abc import Iterator, Sequence

from scipy.special import pdtr

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import InnerZeros, Input, Learning, TimeLayer, Words
from keras_stable.diagnosis.rule import Found, Severity, Skip, Threshold, rule

ROWS = Threshold(0.05, "Share of the sequences with a 0 between other ids. Padding alone makes none.")
ALIGNED = Threshold(0.7, "Share of the zeros that end at one step: two sequences, filled up and joined, end there.")
AGAIN = Threshold(2.0, "Zeros that follow zeros, over random order. Gaps come in runs, and so do unknown words.")
TOLD = Threshold(
    6.0, "Standard deviations by which having a 0 goes with the labels. What is unknown says little of them."
)
ALONE = Threshold(1e-3, "Chance that so few zeros follow zeros in random order. Unknown words come together.")
ALPHABET = Threshold(64, "Different ids up to which they are letters, classes or the like, of which none is unknown.")


@rule(
    "KS723",
    "masked-word",
    remedy="Number the words from 1 and keep 0 for the padding: `{word: k + 1 for k, word in enumerate(words)}`, and "
    "`Embedding(input_dim=len(words) + 1, ..., mask_zero=True)`; with `np.where`, of ids that are there.",
    explains=(
        "misaligned-labels",
        "unmasked-padding",
        "loss-not-decreasing",
        "slow-convergence",
        "oscillating-loss",
        "overfitting",
        "prediction-collapse",
        "never-predicted-class",
        "cannot-overfit-batch",
        "input-independent-loss",
        "learning-rate-too-low",
        "learning-rate-too-high",
        "conflicting-labels",
        "suspicious-labels",
        "noisy-gradient",
    ),
    thresholds={"rows": ROWS, "aligned": ALIGNED, "again": AGAIN, "told": TOLD, "alone": ALONE, "alphabet": ALPHABET},
    own=True,
)
def masked_word(
    words: Sequence[Words],
    learning: Learning,
    time_layers: Sequence[TimeLayer] = (),
    inputs: Sequence[Input] = (),
) -> Iterator[Found]:
    """The id that is masked as padding is a word as well.

    ## What it does

    Looks for id 0 between the other ids of a sequence, where a mask hides it: padding stands behind or before them
    only. Zeros that all end at one step, as where two sequences were filled up and then joined, are left alone. Words
    that no vocabulary knows may be 0 on purpose, so that it is advice where the zeros come in runs, and where the model
    learns, unless the zeros go with the labels, or follow each other less than words do that are not one and the same.

    ## Why is this bad

    Words that are numbered from 0 give that number to one of them: to the commonest, where they are sorted by count.
    The layers behind the mask never see it. Where it is "not", texts lose their meaning.

    ## Example

        ids = {word: k for k, word in enumerate(words)}
        keras.layers.Embedding(len(ids), 16, mask_zero=True)

    ## Use instead

        ids = {word: k + 1 for k, word in enumerate(words)}
        keras.layers.Embedding(len(ids) + 1, 16, mask_zero=True)
    """
    if not words:
        raise Skip("no words are looked up")
    for seen in words:
        masked = seen.zero_is_masked or any(layer.source == seen.layer and layer.hidden > 0 for layer in time_layers)
        zeros = seen.zeros
        if not masked or zeros is None or zeros.rows < ROWS.value or zeros.aligned > ALIGNED.value:
            continue
        yield Found(
            where=seen.layer,
            message=f"Id 0 stands between other ids in {zeros.rows:.0%} of the sequences that enter {seen.layer}, and "
            f"is {zeros.share:.1%} of the ids in them: it is a word, and the mask hides it as if it were padding.",
            evidence={
                "rows": zeros.rows,
                "share": zeros.share,
                "next_share": zeros.next_share,
                "again": zeros.again,
                "ids": zeros.others,
            },
            threshold=ROWS.value,
            severity=_severity(zeros, learning),
            confidence=0.95,
            edits=_numbered_from_one(seen) if len(words) == len(inputs) == 1 else (),
        )


def _numbered_from_one(seen: Words) -> tuple[Edit, ...]:
    """Returns the edits that keep 0 for the padding: zeros before the first other id, or behind the last one."""
    inside = "(np.cumsum(x, -1) * np.cumsum(x[..., ::-1], -1)[..., ::-1] > 0)"
    larger = Edit("set_argument", f"layer:{seen.layer}", "input_dim", str(seen.size + 1))
    return (Edit("transform_data", "data", "x", f"np.where({inside}, x + 1, 0)"), larger)


def _severity(zeros: InnerZeros, learning: Learning) -> Severity:
    if zeros.again > AGAIN.value:
        return "advice"
    alone = float(pdtr(zeros.followed, zeros.expected)) < ALONE.value
    sure = zeros.others <= ALPHABET.value or alone or zeros.told > TOLD.value
    return "warning" if sure or not learning.healthy else "advice"
