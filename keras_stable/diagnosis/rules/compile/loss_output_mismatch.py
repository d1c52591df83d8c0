"""KS301."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from keras_stable.diagnosis.facts import Evaluation, Labels, Learning, LossCheck, Output, Structure
from keras_stable.diagnosis.rule import Found, rule
from keras_stable.diagnosis.rules.compile import _label_checks, _probability_checks
from keras_stable.diagnosis.rules.compile._case import cases
from keras_stable.diagnosis.vocabulary import CUSTOM

_CHECKS = (
    _probability_checks.constant_output,
    _probability_checks.other_axis,
    _probability_checks.one_unit,
    _label_checks.other_size,
    _label_checks.real_targets,
    _probability_checks.raw_output,
    _probability_checks.logits_expected,
    _probability_checks.competing_units,
    _label_checks.shares_for_numbers,
    _label_checks.sides_of_hinge,
    _label_checks.distance_of_classes,
)  # the gravest first; an output has one finding, as curing the first changes what the others see


@rule(
    "KS301",
    "loss-output-mismatch",
    remedy='Match the pair: one of many classes takes `Dense(k, activation="softmax")` with '
    '`loss="sparse_categorical_crossentropy"` (ids) or `"categorical_crossentropy"` (one-hot), two classes '
    '`Dense(1, activation="sigmoid")` with `"binary_crossentropy"`, numbers `Dense(1)` with `"mean_squared_error"`.',
    explains=(
        "metric-mismatch",
        "exploding-gradients",
        "vanishing-gradients",
        "zero-gradients",
        "dead-units",
        "saturated-activations",
        "nonfinite-activations",
        "nonfinite-gradients",
        "identical-outputs",
        "unnormalized-features",
        "feature-collapse",
        "bad-initial-loss",
        "update-ratio",
        "noisy-gradient",
        "prediction-collapse",
        "never-predicted-class",
        "train-inference-mismatch",
        "nonfinite-loss",
        "loss-not-decreasing",
        "diverging-loss",
        "oscillating-loss",
        "loss-spike",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
)
def loss_output_mismatch(
    outputs: Sequence[Output],
    learning: Learning,
    labels: Sequence[Labels] = (),
    structure: Structure | None = None,
    evaluation: Evaluation | None = None,
    loss_checks: Sequence[LossCheck] = (),
) -> Iterator[Found]:
    """The loss, its `from_logits`, the last activation and the labels do not go together.

    ## What it does

    Looks at each output with its loss and labels: a softmax over one unit or over the wrong axis, a cross-entropy
    over values that are no probabilities, an activation under `from_logits=True`, a sigmoid where classes exclude
    each other or a softmax where they do not, a cross-entropy for real numbers, a squared error for classes, a
    label of another size than the answer. What often trains all the same, and was seen to, is advice: a squared
    error on labels 0 and 1, say. Outputs that turn out to be probabilities are believed, wherever the softmax hides.
    A loss of your own that has the values of a cross-entropy, or of one from logits, counts as that.

    ## Why is this bad

    A wrong pair has no gradient where it is most wrong, or its smallest loss is not the right answer. The worst
    ones look well: with TensorFlow, Keras finds the raw values behind a sigmoid or softmax and computes the loss
    from these, so the softmax of one unit reaches a tiny loss while every prediction is 1.

    ## Example

        model = keras.Sequential([keras.layers.Dense(32, activation="relu"), keras.layers.Dense(10)])
        model.compile(loss="sparse_categorical_crossentropy")  # expects probabilities, gets raw values

    ## Use instead

        model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    """
    told = tuple(_recognised(output, loss_checks) for output in outputs)
    for case in cases(told, labels, learning, evaluation, structure):
        finding = next((result for result in (check(case) for check in _CHECKS) if result is not None), None)
        if finding is not None:
            yield finding


def _recognised(output: Output, loss_checks: Sequence[LossCheck]) -> Output:
    """Returns an output whose own loss is known by its values with the name of the loss that it follows."""
    for check in loss_checks:
        if check.kind == "loss" and check.output == output.name and check.follows and output.loss in ("", CUSTOM):
            return replace(output, loss=check.follows, from_logits=check.from_logits)
    return output
