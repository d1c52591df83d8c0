"""KS305."""

import math
import statistics
from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Compiled, Gradients, Learning, Probe
from keras_stable.diagnosis.rule import Found, Severity, Skip, Threshold, rule
from keras_stable.diagnosis.rules._edits import clipping

SHARE = Threshold(0.95, "Share of the steps that a limit binds. A limit for the exceptions binds in under a tenth.")
FACTOR = Threshold(
    10.0, "How much it shortens a usual gradient. Up to here it bounds the steps and still lets them be."
)
EXPLODING = Threshold(1e3, "A gradient norm that no limit may let pass; sound training stays under 10.")

_ANY_SCALE = ("adam", "adamw", "adamax", "nadam", "rmsprop", "adagrad", "adadelta", "lion", "adafactor", "lamb")


@rule(
    "KS305",
    "ineffective-clipping",
    severity="advice",
    remedy="Set `global_clipnorm` to a few times the usual gradient norm, such as 0.5 to 5, in the optimizer.",
    explains=("update-ratio", "loss-not-decreasing", "slow-convergence", "never-predicted-class"),
    thresholds={"share": SHARE, "factor": FACTOR, "exploding": EXPLODING},
    own=True,
)
def ineffective_clipping(
    compiled: Compiled, learning: Learning, probe: Probe | None = None, gradients: Gradients | None = None
) -> Iterator[Found]:
    """The gradient clip never binds where it should, binds always, or acts on each replica alone.

    ## What it does

    Compares the global gradient norm before and after the clip, step by step. With several replicas, Keras's own
    optimizers clip each replica's gradient before the sum; those of this package clip the sum.

    ## Why is this bad

    A limit that lets norms of thousands pass protects from nothing. One that binds at every step replaces the
    gradient's length by a constant, which for plain SGD is a much lower learning rate that nobody chose. And a
    limit on each of n replicas lets n times its value through.

    ## Example

        keras.optimizers.SGD(0.01, global_clipnorm=1e-4)

    ## Use instead

        keras.optimizers.SGD(0.01, global_clipnorm=1.0)
    """
    limits = {
        name: limit
        for name in ("clipvalue", "clipnorm", "global_clipnorm")
        if (limit := getattr(compiled, name)) is not None
    }
    if not limits:
        raise Skip("the optimizer clips nothing")
    name = ", ".join(f"{key}={limit:g}" for key, limit in limits.items())
    if compiled.replicas > 1 and not compiled.guarded:
        yield Found(
            "compile",
            f"`{name}` acts on each of the {compiled.replicas} replicas before the sum, so up to {compiled.replicas} "
            "times as much gets through.",
            {"replicas": compiled.replicas, **limits},
            remedy=f"Take `keras_stable.optimizers`, which clip the sum, or divide `{name}` by the number of replicas.",
            severity="advice" if learning.healthy else "warning",
            edits=tuple(
                Edit("set_argument", "optimizer", key, f"{limit / compiled.replicas:g}")
                for key, limit in limits.items()
            ),
        )
    norms, applied = _norms(compiled, probe, gradients)
    if not norms:
        return
    binds = [after < 0.999 * before for before, after in zip(norms, applied, strict=True)]
    share = sum(binds) / len(binds)
    ratios = [before / after for before, after in zip(norms, applied, strict=True) if after > 0]
    factor = statistics.median(ratios) if ratios else math.nan
    evidence = {"share_of_steps": share, "factor": factor, "largest_norm": max(norms), **limits}
    if share >= SHARE.value and factor > FACTOR.value:
        slowed = learning.state in ("slow", "stuck") and compiled.optimizer not in _ANY_SCALE
        severity: Severity = "warning" if slowed else "advice"
        message = f"`{name}` binds in {share:.0%} of the steps and divides the gradient by {factor:.3g}."
        edits = clipping(compiled, _limit(norms))
        yield Found("compile", message, evidence, FACTOR.value, severity=severity, confidence=0.75, edits=edits)
    elif share == 0 and max(norms) > EXPLODING.value:
        message = f"`{name}` never binds, while the gradient norm reaches {max(norms):.3g}."
        severity = "advice" if learning.healthy else "warning"
        edits = clipping(compiled, _limit(norms))
        yield Found("compile", message, evidence, EXPLODING.value, severity=severity, confidence=0.7, edits=edits)


def _limit(norms: Sequence[float]) -> float:
    """Returns a limit for the exceptions: a few times the usual norm, within what sound training has."""
    return min(max(float(f"{3 * statistics.median(norms):.1g}"), 0.5), 5.0)


def _norms(
    compiled: Compiled, probe: Probe | None, gradients: Gradients | None
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Returns the finite gradient norms before and after the clip; nothing where they are unknown."""
    pairs: list[tuple[float, float]] = []
    if probe is not None:
        pairs = list(zip(probe.grad_norm, probe.applied_norm, strict=False))
    elif gradients is not None and compiled.global_clipnorm is not None:
        limit = compiled.global_clipnorm
        pairs = [(norm, min(norm, limit)) for norm in gradients.global_norms]
    finite = [pair for pair in pairs if all(map(math.isfinite, pair)) and pair[0] > 0]
    return tuple(before for before, _ in finite), tuple(after for _, after in finite)
