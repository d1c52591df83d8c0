"""What each of several outputs has of the layers that they share."""

import math
from dataclasses import dataclass

from keras_stable.diagnosis.facts.evaluation import OutputEvaluation

UNEVEN = 10.0
"""How many times the gradient of one output is that of another which it outweighs."""

LEARNT = 0.9
"""Skill from which on an output has learnt, whatever another one takes of the shared layers."""


@dataclass(frozen=True)
class OutputShare:
    """One of several outputs.

    Attributes:
        name: str.
        gradient: float, L2 norm of the gradient of its part of the loss in the variables that outputs share.
        skill: float, what it can do after the training that was seen, as `skill`; before: what it could do.
        balanced_skill: float, the same after a short training from the same weights in which the losses of all outputs
            had gradients of one size; NaN where that was not tried.
    """

    name: str = "output"
    gradient: float = 1.0
    before: float = 0.0
    skill: float = 0.6
    balanced_skill: float = float("nan")


@dataclass(frozen=True)
class Balance:
    """All outputs of a model that has several.

    Attributes:
        outputs: tuple of `OutputShare`.
        shared_variables: int, trainable variables that the losses of at least two outputs reach.
        steps: int, that the skills were seen after; trial_steps: int, of the balanced training; 0 without one.
    """

    outputs: tuple[OutputShare, ...] = (OutputShare("a"), OutputShare("b"))
    shared_variables: int = 4
    steps: int = 200
    trial_steps: int = 0

    @property
    def uneven(self) -> bool:
        """Returns whether an output that has not learnt has far less of the shared gradient than another one."""
        largest = max(output.gradient for output in self.outputs)
        return any(largest >= UNEVEN * output.gradient and output.skill < LEARNT for output in self.outputs)


def skill(evaluation: OutputEvaluation) -> float:
    """Returns how much better an output is than the best constant answer: 1 for perfect, 0 for no better.

    For numbers it is R squared, for classes the share of the mistakes of the majority's answer that it avoids; NaN
    where neither is known.

    >>> skill(OutputEvaluation(accuracy=0.9, majority_share=0.8)), skill(OutputEvaluation(accuracy=math.nan, r2=0.3))
    (0.5, 0.3)
    """
    if math.isfinite(evaluation.accuracy) and evaluation.majority_share < 1:
        return (evaluation.accuracy - evaluation.majority_share) / (1 - evaluation.majority_share)
    return evaluation.r2
