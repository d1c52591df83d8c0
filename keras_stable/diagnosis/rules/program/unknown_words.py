"""KS720."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import Learning, Words
from keras_stable.diagnosis.rule import Found, Severity, Skip, Threshold, rule

NEARLY_ALL = Threshold(0.9, "Share of one id among the words. Natural language has 7 % of its commonest word.")
MOST = Threshold(0.6, "Share above which more words are lost than kept; a small vocabulary may mean it.")
ENOUGH = Threshold(100, "Words, below which a share says little.")


@rule(
    "KS720",
    "unknown-words",
    remedy="Give the vocabulary room (`max_tokens` counts words, and not the length of a text), call `adapt(texts)` on "
    "the `TextVectorization` or `StringLookup` with the training texts, before the model is built, "
    "and look words up as they were counted (lower case, punctuation).",
    explains=(
        "identical-outputs",
        "feature-collapse",
        "conflicting-labels",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "slow-convergence",
        "overfitting",
        "cannot-overfit-batch",
        "input-independent-loss",
        "misaligned-labels",
        "train-validation-leak",
        "learning-rate-too-low",
    ),
    thresholds={"nearly_all": NEARLY_ALL, "most": MOST, "enough": ENOUGH},
    own=True,
)
def unknown_words(words: Sequence[Words], learning: Learning | None = None) -> Iterator[Found]:
    """Nearly all words have the same id, as words that no vocabulary knows have.

    ## What it does

    Counts the ids that enter an embedding, padding left out. One id that most of them have is that of unknown words.
    It is a warning where nearly all have it, or most and the model does not learn.

    ## Why is this bad

    An embedding gives the same vector for the same id: texts differ only in their lengths, and nothing is left to
    learn from. A layer that was never adapted, another way of splitting words, or ids cut off at a limit do it.

    ## Example

        vectorize = keras.layers.TextVectorization(max_tokens=10_000)
        ids = vectorize(texts)

    ## Use instead

        vectorize = keras.layers.TextVectorization(max_tokens=10_000)
        vectorize.adapt(texts)
        ids = vectorize(texts)
    """
    if not words:
        raise Skip("no words are looked up")
    for seen in words:
        severity = _severity(seen, learning is not None and learning.troubled)
        if severity is not None:
            yield Found(
                where=seen.layer,
                message=f"{seen.share:.0%} of {seen.count:,} ids that enter {seen.layer} are {seen.commonest}; its "
                f"vocabulary has {seen.size:,}, of which {seen.distinct} occur.",
                evidence={
                    "share": seen.share,
                    "commonest": seen.commonest,
                    "distinct": seen.distinct,
                    "size": seen.size,
                },
                threshold=NEARLY_ALL.value,
                severity=severity,
                confidence=0.95,
            )


def _severity(seen: Words, troubled: bool) -> Severity | None:
    if seen.count < ENOUGH.value or not seen.share > MOST.value or seen.size < 3:
        return None
    return "warning" if troubled or seen.share > NEARLY_ALL.value else "advice"
