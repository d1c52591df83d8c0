"""Whether the model learns: the one judgement that the severity of many findings hangs on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Learning:
    """The judgement, from a history if there is one, else from the probe.

    Attributes:
        state: "learning" (the loss falls, or has fallen to something better than a constant answer),
            "slow" (it falls, but too little to get anywhere in the planned steps),
            "stuck" (no better than a constant answer), "diverging" (it rises, or is NaN) or
            "unknown" (neither a history nor a probe).
        source: "history", "probe" or "".
        first, last, best: float, losses that it was judged by.
        constant_loss: float, what the best constant answer costs; NaN where unknown.
        reason: str, the judgement in words.
    """

    state: str = "learning"
    source: str = "probe"
    first: float = 2.3
    last: float = 0.5
    best: float = 0.5
    constant_loss: float = 2.3026
    reason: str = ""

    @property
    def healthy(self) -> bool:
        """Returns whether it was seen to learn: what may do harm, but does not, is then advice."""
        return self.state == "learning"

    @property
    def troubled(self) -> bool:
        """Returns whether it was seen not to learn."""
        return self.state in ("slow", "stuck", "diverging")

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
