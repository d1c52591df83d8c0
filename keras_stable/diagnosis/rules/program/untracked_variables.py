"""KS727."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.facts import Learning, UntrackedVariable
from keras_stable.diagnosis.rule import Found, rule


@rule(
    "KS727",
    "untracked-variables",
    remedy="Make it with `self.add_weight(shape=..., initializer=..., name=...)` in `build`, or "
    "`keras.Variable(value)`; give a `tf.Variable` that nothing is to train `trainable=False`.",
    explains=(
        "misaligned-labels",
        "conflicting-labels",
        "loss-not-decreasing",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
        "identical-outputs",
        "prediction-collapse",
        "never-predicted-class",
        "feature-collapse",
        "learning-rate-too-low",
        "learning-rate-too-high",
        "overfitting",
        "frozen-model",
        "failing-step",
    ),
    own=True,
)
def untracked_variables(untracked: Sequence[UntrackedVariable], learning: Learning) -> Iterator[Found]:
    """A layer keeps weights in a `tf.Variable`, which Keras neither trains nor saves.

    ## What it does

    Looks into every layer, also into its lists and dictionaries, for a `tf.Variable` that is meant to be trained, has
    more than one number, and is none of `model.variables`. Where the model learns without it, it is advice.

    ## Why is this bad

    Keras 2 tracked such variables; Keras 3 tracks its own alone. The layer computes with initial values for ever, the
    optimizer never hears of them, `save` leaves them out, and a loaded model has new ones.

    ## Example

        def build(self, input_shape):
            self.w = tf.Variable(tf.random.normal((input_shape[-1], self.units)))

    ## Use instead

        def build(self, input_shape):
            self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="glorot_uniform", name="w")
    """
    for variable in untracked:
        yield Found(
            where=variable.layer,
            message=f"`{variable.attribute}` of {variable.layer} is a tf.Variable of shape {variable.shape}, which "
            "Keras does not track: it is not trained, and not saved.",
            evidence={"variables": len(untracked)},
            severity="advice" if learning.healthy else "warning",
            confidence=0.95,
        )
