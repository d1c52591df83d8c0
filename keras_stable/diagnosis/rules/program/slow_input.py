"""KS725."""

from collections.abc import Iterator

from keras_stable.diagnosis.facts import InputCost
from keras_stable.diagnosis.rule import Found, Threshold, rule

WAITING = Threshold(0.5, "Share of the time that the step waits for its batch: reading better would halve it at least.")
SECONDS = Threshold(0.01, "A batch that is there sooner costs next to nothing, and the clock says little of it.")
BATCHES = Threshold(5, "Batches of which the median is taken. The first ones fill buffers.")


@rule(
    "KS725",
    "slow-input",
    severity="advice",
    remedy="Read ahead and in parallel: `dataset.map(f, num_parallel_calls=tf.data.AUTOTUNE).cache().batch(size)"
    ".prefetch(tf.data.AUTOTUNE)`; a `PyDataset` takes `workers=4, use_multiprocessing=True`.",
    thresholds={"waiting": WAITING, "seconds": SECONDS, "batches": BATCHES},
    own=True,
)
def slow_input(input_cost: InputCost) -> Iterator[Found]:
    """The step waits for its batches.

    ## What it does

    Compares the median time until the next batch is there, in the second epoch where one was read, so that a cache is
    full, with the time of a training step on a copy. Where reading takes longer, the step waits for the rest of it,
    even if the next batch is read while it runs.

    ## Why is this bad

    A training takes as long as the slower of both. A faster model or device changes nothing while the input is behind.

    ## Example

        dataset.map(decode).batch(32)  # each file anew in every epoch, one after the other

    ## Use instead

        dataset.map(decode, num_parallel_calls=tf.data.AUTOTUNE).cache().batch(32).prefetch(tf.data.AUTOTUNE)
    """
    slow = input_cost.waiting > WAITING.value and input_cost.batch_seconds >= SECONDS.value
    if not slow or input_cost.batches < BATCHES.value:
        return
    yield Found(
        where="data",
        message=f"A batch takes {input_cost.batch_seconds * 1000:.3g} ms to be read, and the step "
        f"{input_cost.step_seconds * 1000:.3g} ms: it waits for {input_cost.waiting:.0%} of the time.",
        evidence={
            "batch_seconds": input_cost.batch_seconds,
            "step_seconds": input_cost.step_seconds,
            "waiting": input_cost.waiting,
            "batches": input_cost.batches,
        },
        threshold=WAITING.value,
        confidence=0.7,
    )
