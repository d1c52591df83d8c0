"""KS409."""

from collections.abc import Iterator

from keras_stable.diagnosis.facts import Evaluation, Learning, OutputEvaluation, Plan, Probe
from keras_stable.diagnosis.progress import LEARNT, gained
from keras_stable.diagnosis.rule import Found, Severity, Threshold, rule

SPREAD = Threshold(
    1e-6, "Share of the outputs' size: ten roundings of a float32. Eight sigmoid layers still give more."
)
LATER = Threshold(1e-5, "The same of a trained model, whose layers may have enlarged the roundings of its samples.")
SAMPLES = Threshold(8.0, "Fewer samples may well have the same answer.")


@rule(
    "KS409",
    "identical-outputs",
    severity="error",
    remedy="Find the first layer whose output does not differ between samples (dead or saturated units, a kernel of "
    'zeros, a constant input) and start it again with `kernel_initializer="glorot_uniform"`.',
    explains=(
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "slow-convergence",
        "cannot-overfit-batch",
        "input-independent-loss",
    ),
    thresholds={"spread": SPREAD, "spread when trained": LATER, "samples": SAMPLES},
)
def identical_outputs(
    evaluation: Evaluation, learning: Learning, plan: Plan | None = None, probe: Probe | None = None
) -> Iterator[Found]:
    """The model gives every sample the same output.

    ## What it does

    Compares the raw outputs (logits, where the model computes them) of all examined samples, at the audited
    weights and after a short training. A readout that starts at zero gives equal outputs before its first step
    and then trains, which is advice. So is one that is the same in inference only, before training: where the
    samples are told apart in training mode, lagging-statistics is the usual cause.

    ## Why is this bad

    A model whose answer does not depend on its input has learnt nothing but the frequencies of the labels, and
    most often no gradient gets past the layer that makes the samples equal.

    ## Example

        keras.layers.Dense(64, activation="relu", kernel_initializer="zeros")  # as a hidden layer

    ## Use instead

        keras.layers.Dense(64, activation="relu")
    """
    trained = plan is not None and plan.trained
    for index, output in enumerate(evaluation.outputs):
        after = _output(probe, index)
        now = _identical(output, evaluation.samples, LATER.value if trained else SPREAD.value)
        later = after is not None and _identical(after, _samples_after(probe), LATER.value)
        if not now and not later:
            continue
        lasting = later or (now and trained and after is None)
        shown = output if now or after is None else after
        by_mode = _differ_in_training(probe.after if later and probe is not None else evaluation)
        yield Found(
            where=output.name,
            message=f"All {evaluation.samples} samples get the same output"
            + (", also after a short training." if now and later else "." if now else " after a short training.")
            + f" It varies by {shown.spread:.2g}, at a size of {shown.scale:.2g}"
            + (", in inference; in training mode the samples are told apart." if by_mode else "."),
            evidence={
                "spread": shown.spread,
                "scale": shown.scale,
                "distinct_rows": shown.distinct_rows,
                "label_std": shown.label_std,
            },
            threshold=LATER.value if lasting else SPREAD.value,
            severity=_of_inference(trained) if by_mode else _severity(lasting, after is not None, learning),
            confidence=0.85 if lasting else 0.5,
        )


def _samples_after(probe: Probe | None) -> int:
    """Returns how many samples were examined after the short training."""
    return 0 if probe is None else probe.after.samples


def _output(probe: Probe | None, index: int) -> OutputEvaluation | None:
    """Returns the output after the short training, if there was one that left finite values."""
    outputs = () if probe is None else probe.after.outputs
    return outputs[index] if index < len(outputs) and not outputs[index].nonfinite else None


def _identical(output: OutputEvaluation, samples: int, limit: float) -> bool:
    if output.nonfinite or samples < SAMPLES.value:
        return False
    return output.distinct_rows == 1 or output.spread <= limit * output.scale


def _differ_in_training(seen: Evaluation) -> bool:
    """Returns whether the loss in training mode is one that no constant answer reaches."""
    return gained(seen.constant_loss, seen.training_loss, seen.floor) > LEARNT


def _of_inference(trained: bool) -> Severity:
    """Returns how bad it is where only inference sees it: the weights are sound, and more steps may do."""
    return "warning" if trained else "advice"


def _severity(lasting: bool, measured_later: bool, learning: Learning) -> Severity:
    """Returns how bad it is: for good, for the first step only, or not looked at again."""
    if lasting:
        return "warning" if learning.healthy else "error"
    gone = measured_later and learning.state not in ("stuck", "diverging")
    return "advice" if learning.healthy or gone else "warning"
