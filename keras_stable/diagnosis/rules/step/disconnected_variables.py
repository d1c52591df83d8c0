"""KS403."""

from collections.abc import Iterator

from keras_stable.diagnosis.facts import Gradients, Learning
from keras_stable.diagnosis.rule import Found, rule
from keras_stable.diagnosis.rules.step._wording import listed


@rule(
    "KS403",
    "disconnected-variables",
    remedy="Use the layer between the inputs and an output that has a loss, or set `trainable = False`; look for "
    "`ops.stop_gradient`, `ops.argmax`, a rounding, a cast to integers or NumPy in between.",
    explains=(
        "feature-collapse",
        "identical-outputs",
        "update-ratio",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
    own=True,
)
def disconnected_variables(gradients: Gradients, learning: Learning) -> Iterator[Found]:
    """Trainable variables that no gradient reaches, because the loss does not depend on them.

    ## What it does

    Asks for the gradient of every trainable variable and counts those that have none at all, of n. A gradient
    that exists and is zero belongs to zero-gradients.

    ## Why is this bad

    These variables keep their initial values for ever. If they belong to the layers before the readout, the
    model classifies random features; if to a layer that `call` forgot, they are dead weight.

    ## Example

        def call(self, inputs):
            features = keras.ops.stop_gradient(self.encoder(inputs))  # 0 of 10 encoder variables train
            return self.readout(features)

    ## Use instead

        def call(self, inputs):
            return self.readout(self.encoder(inputs))
    """
    lost = [variable for variable in gradients.variables if not variable.received]
    if not lost:
        return
    total, paths = len(gradients.variables), [variable.path for variable in lost]
    every = len(lost) == total
    yield Found(
        where=lost[0].layer,
        message=f"{len(lost)} of {total} variables get no gradient ({_share(gradients, 'encoder')} before the "
        f"readout, {_share(gradients, 'readout')} of the readout): {listed(paths, most=4)}.",
        evidence={"disconnected": len(lost), "variables": total},
        threshold=0.0,
        severity="error" if every or (learning.troubled and 2 * len(lost) >= total) else "warning",
        confidence=0.97,
    )


def _share(gradients: Gradients, part: str) -> str:
    members = [variable.received for variable in gradients.variables if variable.part == part]
    return f"{members.count(False)} of {len(members)}"
