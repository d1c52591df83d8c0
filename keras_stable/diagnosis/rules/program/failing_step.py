"""KS731."""

from collections.abc import Iterator

from keras_stable.diagnosis.facts import StepFailure
from keras_stable.diagnosis.rule import Found, Skip, rule


@rule(
    "KS731",
    "failing-step",
    severity="error",
    remedy="Mend the named line: `model.train_on_batch(x[:32], y[:32])` on a model compiled with `run_eagerly=True` "
    "raises the same, with the values at hand.",
    explains=("loss-not-decreasing", "cannot-overfit-batch", "frozen-model"),
    own=True,
)
def failing_step(failure: StepFailure | None) -> Iterator[Found]:
    """The training step raises an exception.

    ## What it does

    Takes a training step on a copy of the model, with a batch of the data as `fit` passes it on. Where an own
    `train_step`, loss, metric or `call` raises, the exception's first line is quoted, and the innermost line of your
    own code that it went through is named.

    ## Why is this bad

    `fit` will raise the same. Whatever needs a training step could not be examined, and the report says so.

    ## Example

        with tf.GradientTape() as tape:
            answer = self(x, training=True)
        loss = self.compute_loss(y=y, y_pred=answer)  # made after the tape was closed: there is no gradient
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)

    ## Use instead

        with tf.GradientTape() as tape:
            answer = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=answer)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
    """
    if failure is None:
        return
    if failure.place is None and not failure.own_step:
        raise Skip("the training step is Keras's own, and so is what raises")
    place = failure.place
    yield Found(
        where="train_step" if place is None else f"{place.file}:{place.line}",
        message=f"The training step raises {failure.message.rstrip('.')}"
        + (f" (line {place.line} of {place.file}, in `{place.function}`)." if place is not None else "."),
        evidence={} if place is None else {"line": place.line},
        remedy=_remedy(failure),
        confidence=0.97,
    )


def _remedy(failure: StepFailure) -> str | None:
    if "No gradients provided" not in failure.message:
        return None
    return (
        "Compute the loss inside `with tf.GradientTape() as tape:`, from what the model answers there, with TensorFlow "
        "or `keras.ops` alone: NumPy, `.numpy()`, `ops.argmax`, rounding and casts to integers end the gradient."
    )
