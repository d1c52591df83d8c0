"""KS303."""

import math
from collections.abc import Iterator

from keras_stable.diagnosis.facts import Compiled, Learning, Probe, RateRange
from keras_stable.diagnosis.rule import Found, Threshold, rule
from keras_stable.diagnosis.rules._edits import learning_rate
from keras_stable.diagnosis.rules.compile import _rates
from keras_stable.diagnosis.vocabulary import HIGHER_RATES, LOWER_RATES

GAIN = Threshold(
    0.3, "Share of what is left to gain that a higher rate alone gains. Chance moves a short training by 0.1."
)
UPDATE = Threshold(1e-5, "Share of a kernel that a step changes. It takes 100,000 such steps to renew the weights.")
CREEP = Threshold(1e-4, "The same share, where the rate is also far below the usual one: a tenth of what is common.")
FAR = Threshold(20.0, "The usual rate over the effective one, momentum counted in; 10 is still a matter of taste.")
BOUND = Threshold(1.0, "Rate over 1e-6 for Adam and its like, 1e-5 for SGD, 1e-3 for Adadelta. Nothing moves below.")


@rule(
    "KS303",
    "learning-rate-too-low",
    remedy="Multiply `learning_rate` by 10, or by 100, in the optimizer that `compile` gets.",
    explains=(
        "update-ratio",
        "prediction-collapse",
        "never-predicted-class",
        "loss-not-decreasing",
        "slow-convergence",
        "input-independent-loss",
    ),
    thresholds={"gain": GAIN, "update": UPDATE, "creep": CREEP, "far": FAR, "bound": BOUND},
)
def learning_rate_too_low(
    compiled: Compiled, learning: Learning, probe: Probe | None = None, rate_range: RateRange | None = None
) -> Iterator[Found]:
    """A step is too short to get anywhere in the planned training.

    ## What it does

    Trains a copy again with 10 and 100 times the rate when the model does not learn, and believes what wins; a
    usual rate of a model that merely needs more steps is left alone. Without such trials it goes by the rate
    itself, by how little a step changes the kernels, and by a learning-rate range test.

    ## Why is this bad

    The loss falls so slowly that training ends long before the model is any good, which looks as if the model
    could not learn at all.

    ## Example

        model.compile(keras.optimizers.SGD(learning_rate=1e-6), loss="mean_squared_error")

    ## Use instead

        model.compile(keras.optimizers.SGD(learning_rate=0.01), loss="mean_squared_error")

    ## References

    Smith (2017), Cyclical Learning Rates for Training Neural Networks.
    """
    rate = _rates.effective_rate(compiled)
    gain, trial = _rates.best_gain(probe, HIGHER_RATES)
    evidence = {"learning_rate": compiled.learning_rate, "gain_when_higher": gain}
    message = f"The learning rate of {compiled.learning_rate:.3g} is too low for {compiled.optimizer} here"
    if rate == 0 and not compiled.schedule:
        text = "The learning rate is 0, so no step changes any weight."
        cure = learning_rate(_usual(compiled))
        yield Found("compile", text, evidence, severity="error", confidence=0.99, edits=cure)
        return
    confirmed = _confirmed(compiled, rate, gain, trial, learning, probe)
    if confirmed is not None:
        higher = compiled.learning_rate * _rates.factor(trial)
        yield Found(
            "compile",
            f"{message}: with {higher:.3g} the same short training ends with a loss {gain:.0%} lower.",
            evidence,
            GAIN.value,
            f"Raise it: `{compiled.optimizer}(learning_rate={higher:.3g})` in `compile`.",
            confidence=confirmed,
            edits=learning_rate(higher),
        )
        return
    if compiled.schedule or learning.state == "diverging":
        return  # it may warm up from next to nothing, or already moves too far
    bound = _rates.lowest(compiled)
    raised = learning_rate(max(10 * compiled.learning_rate, _usual(compiled)))
    if rate <= bound:
        extreme = learning.state == "unknown" and rate <= bound / 10
        yield Found(
            "compile",
            f"{message}: hardly anything moves below {bound:g}.",
            evidence,
            bound,
            severity="warning" if learning.troubled or extreme else "advice",
            confidence=0.85 if learning.troubled else 0.5,
            edits=raised,
        )
        return
    update = _rates.kernel_update(probe)
    if learning.state in ("slow", "stuck") and rate < _usual(compiled) / FAR.value and update < CREEP.value:
        text = f"{message}: a step changes the kernels by a share of {update:.2g}, where 0.001 is usual."
        figures = {**evidence, "update_ratio": update}
        yield Found("compile", text, figures, CREEP.value, confidence=0.75, edits=raised)
        return
    if learning.troubled and math.isnan(gain) and rate < _usual(compiled):
        if update < UPDATE.value:
            text = f"{message}: a step changes the kernels by a share of {update:.2g}, where 0.001 is usual."
            figures = {**evidence, "update_ratio": update}
            yield Found("compile", text, figures, UPDATE.value, confidence=0.7, edits=raised)
        elif rate_range is not None and rate_range.best > 10 * rate_range.own:
            text = f"{message}: the loss falls fastest at {rate_range.best:.3g}."
            figures, best = {**evidence, "best_rate": rate_range.best}, learning_rate(rate_range.best)
            yield Found("compile", text, figures, confidence=0.6, edits=best)


def _confirmed(
    compiled: Compiled, rate: float, gain: float, trial: str, learning: Learning, probe: Probe | None
) -> float | None:
    """Returns how sure it is that the rate is to blame where a higher one won; None where it is not."""
    if learning.state not in ("slow", "stuck") or probe is None or not gain > GAIN.value:
        return None
    if _rates.best_gain(probe, LOWER_RATES)[0] > gain:
        return None
    usual = _usual(compiled)
    if rate >= usual and learning.state == "slow":
        return None  # too few steps: more of them would help as well
    if rate >= usual or _rates.rival_gain(probe) >= gain - 0.1:
        return 0.6
    beyond = _rates.reaches_beyond_constant(probe, trial, learning)
    return 0.95 if rate < usual / 5 and beyond else 0.75


def _usual(compiled: Compiled) -> float:
    return _rates.USUAL.get(compiled.optimizer, 1e-3)
