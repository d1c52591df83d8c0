"""KS734."""

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from keras_stable.diagnosis.facts import History, Probe
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule

LOST = Threshold(0.02, "Share of its peak. The divergence of a code that is used stays above a third of its own.")
NATS = Threshold(0.05, "Nats, or what a weight leaves of them: a code of 0.05 nats tells next to nothing.")

# `label_divergence` of `PredictionDiversityLogger` falls to 0 wherever a classifier learns.
_NAME = re.compile(r"(^|_)(kl|kld|kl_?div|(?<!label_)divergence)(_|$)")
_TAIL = 0.1  # share of the values, at the end, whose median counts
_LEAST = 5


@rule(
    "KS734",
    "posterior-collapse",
    remedy="Give the divergence less weight, `loss = reconstruction + 0.1 * kl`, or let its weight grow from 0 over "
    "the first epochs; sum the reconstruction over the values of a sample where the divergence is a sum over the code.",
    explains=(
        "identical-outputs",
        "input-independent-loss",
        "loss-not-decreasing",
        "slow-convergence",
        "vanishing-gradients",
        "zero-gradients",
        "feature-collapse",
        "cannot-overfit-batch",
    ),
    thresholds={"lost": LOST, "nats": NATS},
    own=True,
)
def posterior_collapse(history: History | None = None, probe: Probe | None = None) -> Iterator[Found]:
    """The code of a variational autoencoder tells nothing: its divergence has fallen to 0.

    ## What it does

    Reads the loss that the training logs under a name such as `kl_loss`. Where its last values are next to nothing,
    beside its own peak and in nats, the encoder gives every sample the same distribution. What the code tells of a
    sample can be no more than this divergence.

    ## Why is this bad

    The decoder answers with the mean of the data, whatever comes in. The total loss falls as the divergence does, so
    the curve looks like learning. Most often the reconstruction is a mean over pixels, the divergence a sum over the
    code.

    ## Example

        loss = tf.reduce_mean(keras.losses.mse(x, rebuilt)) + tf.reduce_mean(tf.reduce_sum(kl, axis=1))

    ## Use instead

        loss = tf.reduce_mean(tf.reduce_sum((x - rebuilt) ** 2, axis=1)) + tf.reduce_mean(tf.reduce_sum(kl, axis=1))

    ## References

    Bowman et al. (2016), Generating sentences from a continuous space, section 3.1.
    """
    logs: Mapping[str, Sequence[float]] = {}
    unit = ""
    if history is not None and any(_NAME.search(name) for name in history.logs):
        logs, unit = history.logs, "epochs"
    elif probe is not None:
        logs, unit = probe.losses, "steps"
    names = [name for name in logs if _NAME.search(name.lower()) and not name.startswith("val_")]
    if not names:
        raise Skip("no divergence of a code is logged")
    for name in names:
        values = np.abs(np.asarray(logs[name], "float64"))
        if len(values) < _LEAST or not np.isfinite(values).all():
            continue
        last, peak = float(np.median(values[-max(1, int(_TAIL * len(values))) :])), float(values.max())
        if last <= LOST.value * peak and last < NATS.value:
            yield Found(
                where=name,
                message=f"`{name}` has fallen from {peak:.3g} to {last:.2g} in {len(values)} {unit}: the code tells "
                "nothing of what it was made from.",
                evidence={"last": last, "peak": peak},
                threshold=LOST.value,
                confidence=0.85,
            )
