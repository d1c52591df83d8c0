"""Whether the model learns: the one judgement that the severity of many findings hangs on."""

import math
from dataclasses import dataclass

from keras_stable.diagnosis import progress
from keras_stable.diagnosis.vocabulary import TROUBLED, State


@dataclass(frozen=True)
class Learning:
    """The judgement, from a history if there is one, else from the probe.

    Attributes:
        state: "learning" (the loss falls, or has fallen to something better than a constant answer),
            "slow" (it falls, but too little to get anywhere in the planned steps),
            "stuck" (no better than a constant answer), "diverging" (it rises, or is NaN) or
            "unknown" (neither a history nor a probe, or too few steps to say).
        source: "history", "probe" or "".
        first, last, best: float, losses that it was judged by.
        constant_loss: float, what the best constant answer costs; NaN where unknown.
        reason: str, the judgement in words.
        floor: float, the least loss that the labels allow; NaN where unknown.
        noise: float, standard deviation of the losses around their trend; NaN where unknown.
        early: bool, whether the probe saw no progress, but only a part of the planned steps either.
    """

    state: State = "learning"
    source: str = "probe"
    first: float = 2.3
    last: float = 0.5
    best: float = 0.5
    constant_loss: float = 2.3026
    reason: str = ""
    floor: float = 0.0
    noise: float = math.nan
    early: bool = False

    @property
    def healthy(self) -> bool:
        """Returns whether it was seen to learn: what may do harm, but does not, is then advice."""
        return self.state == "learning"

    @property
    def troubled(self) -> bool:
        """Returns whether it was seen not to learn."""
        return self.state in TROUBLED

    def gained(self, start: float, loss: float) -> float:
        """Returns which share of what there is to gain below `start` a loss has gained; see `progress.gained`."""
        return progress.gained(start, loss, self.floor, self.noise)

    @property
    def beyond_constant(self) -> float:
        """Returns the share that the last loss has gained over the best constant answer; NaN where that is unknown."""
        return self.gained(self.constant_loss, self.last)

    @property
    def has_learnt(self) -> bool:
        """Returns whether it learns, and is not known to be no better than the best constant answer."""
        return self.healthy and not self.beyond_constant < progress.LEARNT

    @property
    def verdict(self) -> str:
        """Returns the judgement as one sentence."""
        return f"{_STATES[self.state]}: {self.reason}."


_STATES = {
    "learning": "The model learns",
    "slow": "The model hardly learns",
    "stuck": "The model does not learn",
    "diverging": "The training diverges",
    "unknown": "Whether the model learns is not known",
}
