"""When a step, or a row of steps, is not what a healthy training does: pure statistics over losses and norms."""

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

# A loss above all of the 64 before it, eight times in a row, happens to a steady series once in C(72, 8) = 1e10 steps.
WINDOW, RUN = 64, 8
# Untrained: what the loss is before anything was learnt is known from the first steps.
_FIRST = 16
# The share of a tail beyond 100 times the largest of many is 1e-2 even where it falls with the first power alone,
# and a healthy norm's falls much faster; and only a step whose loss is beyond the window counts at all.
_RECORD_FACTOR = 100.0
_RECORD_STEPS = 50
_COLLAPSED_RUN = 32
# How many batches with several classes make up for one with a single one.
_COST = 4
# A model that still predicts the shares of the classes may name the largest one for a while, and is on its way.
_LEARNT = 0.8


@dataclass(frozen=True)
class Alarm:
    """What is wrong, and since when.

    Attributes:
        kind: "nonfinite", "spike", "divergence", "rate", "collapse", "weights" or "rule".
        quantity: what showed it, such as "loss".
        step: int; the step of this `fit`, from 0 on, where it began.
        value: float; the value that was too large.
        limit: float; what a healthy value stays below.
    """

    kind: str
    quantity: str
    step: int
    value: float
    limit: float

    def __str__(self) -> str:
        if self.kind == "collapse":
            return f"since step {self.step} all predictions of each batch name one class"
        return f"{self.kind} at step {self.step}: {self.quantity} {self.value:.4g}, healthy below {self.limit:.4g}"


class LossWatch:
    """Takes in the loss of every step, in order, and tells when they are not those of a healthy training.

    Args:
        nonfinite_steps: int; how many steps in a row may not be finite before it is an alarm. Default 3.

    >>> watch = LossWatch()
    >>> watch.add(0, np.linspace(2.3, 0.1, 100)), watch.add(100, np.full(16, 5.0)).kind
    (None, 'divergence')
    """

    def __init__(self, nonfinite_steps: int = 3) -> None:
        self._nonfinite_steps = nonfinite_steps
        self._first: list[float] = []
        self._recent: deque[float] = deque(maxlen=WINDOW)
        self._record = 0.0
        self._healthy = 0
        self._run: list[float] = []
        self._nonfinite = 0
        # With accumulation, a broken batch shows in its own loss, and in all others only after the next update.
        self._last_nonfinite: int | None = None
        self._broken_since = 0
        self._untrained = self._best = math.inf
        # Set by whoever sees the learning rate: a rise needs no further proof then.
        self.rate_has_jumped = False

    @property
    def ceiling(self) -> float:
        """The largest of the last healthy losses; infinite while they are too few."""
        return max(self._recent) if len(self._recent) == WINDOW else math.inf

    @property
    def limit(self) -> float:
        """What the loss of a single step must not pass right after a rollback: the ceiling, and the untrained loss."""
        return max(self.ceiling, self._untrained) if math.isfinite(self._untrained) else math.inf

    @property
    def is_calm(self) -> bool:
        """Whether the last loss was a healthy one."""
        return not self._run and not self._nonfinite

    @property
    def has_learnt(self) -> bool:
        """Whether the loss has been well below that of the untrained model for a while."""
        return self._best < _LEARNT * self._untrained < math.inf

    @property
    def step_limit(self) -> float:
        """What the loss of any single step must not pass."""
        return min(self.limit, _RECORD_FACTOR * self._record if self._healthy >= _RECORD_STEPS else math.inf)

    def is_bad(self, loss: float) -> bool:
        """Whether this loss cannot be that of a healthy model on a batch like those before."""
        return not math.isfinite(loss) or loss > self.limit or self._breaks_record(loss)

    def add(self, step: int, losses: np.ndarray) -> Alarm | None:
        """Takes in the losses of the steps from `step` on, `[k]`; returns the first alarm and drops what follows."""
        for offset, loss in enumerate(losses.tolist()):
            alarm = self._add(step + offset, loss)
            if alarm is not None:
                return alarm
        return None

    def forget_run(self) -> None:
        """Begins again after a rollback: what led to the alarm is no part of what is healthy."""
        self._run, self._nonfinite, self._last_nonfinite = [], 0, None

    def accept_run(self) -> None:
        """Takes the losses that led to an alarm for healthy ones."""
        for value in self._run:
            self._accept(value)

    def _add(self, step: int, loss: float) -> Alarm | None:
        if not math.isfinite(loss):
            self._nonfinite += 1
            if self._last_nonfinite is None or step - self._last_nonfinite > RUN:
                self._broken_since = step
            self._last_nonfinite = step
            if self._nonfinite >= self._nonfinite_steps:
                return Alarm("nonfinite", "loss", self._broken_since, loss, math.inf)
            return None
        self._nonfinite = 0
        if self._breaks_record(loss):
            return Alarm("spike", "loss", step, loss, _RECORD_FACTOR * self._record)
        if loss > self.ceiling:
            self._run.append(loss)
            return self._judge_run(step)
        for value in (*self._run, loss):
            self._accept(value)
        self._run = []
        return None

    def _judge_run(self, step: int) -> Alarm | None:
        # What breaks away does so at once; a rise that takes longer is followed, and left to the rules of an epoch.
        if not RUN <= len(self._run) <= 2 * RUN:
            if len(self._run) == WINDOW:
                self.accept_run()
                self._run = []
            return None
        level = float(np.median(self._run))
        usual = float(np.median(self._recent))
        # A steady rise breaks every record by a little; what broke away is farther above the ceiling than it is wide.
        broke_away = level - self.ceiling > self.ceiling - usual
        if broke_away and (level > self._untrained or self.rate_has_jumped):
            limit = self.ceiling if self.rate_has_jumped else max(self.ceiling, self._untrained)
            return Alarm("divergence", "loss", step - len(self._run) + 1, level, limit)
        return None

    def _breaks_record(self, loss: float) -> bool:
        return self._healthy >= _RECORD_STEPS and loss > _RECORD_FACTOR * self._record > 0

    def _accept(self, loss: float) -> None:
        if len(self._first) < _FIRST:
            self._first.append(loss)
            if len(self._first) == _FIRST:
                self._untrained = float(np.median(self._first))
        self._recent.append(loss)
        self._record = max(self._record, abs(loss))
        self._healthy += 1
        if self._healthy % WINDOW == 0:
            self._best = min(self._best, float(np.median(self._recent)))


class NormWatch:
    """Takes in the gradient norm of every step, and tells when one is beyond all before it or several are not finite.

    >>> watch = NormWatch()
    >>> watch.add(0, np.full(60, 0.5), loss_is_high=True), watch.add(60, np.array([1e6]), loss_is_high=True).kind
    (None, 'spike')
    """

    def __init__(self, nonfinite_steps: int = 3) -> None:
        self._nonfinite_steps = nonfinite_steps
        self._record, self._healthy, self._nonfinite = 0.0, 0, 0

    @property
    def limit(self) -> float:
        """What the norm of any single step must not pass."""
        return _RECORD_FACTOR * self._record if self._healthy >= _RECORD_STEPS else math.inf

    def is_bad(self, norm: float) -> bool:
        """Whether this norm is beyond all that was healthy."""
        return self._healthy >= _RECORD_STEPS and norm > _RECORD_FACTOR * self._record > 0

    def add(self, step: int, norms: np.ndarray, *, loss_is_high: bool) -> Alarm | None:
        """Takes in the norms of the steps from `step` on, `[k]`.

        Args:
            step: int; the first of them.
            norms: before any clip.
            loss_is_high: bool; whether a loss of these steps is above the healthy ones. A norm alone is no harm.
        """
        for offset, norm in enumerate(norms.tolist()):
            self._nonfinite = 0 if math.isfinite(norm) else self._nonfinite + 1
            if self._nonfinite >= self._nonfinite_steps:
                return Alarm("nonfinite", "gradient norm", step + offset - self._nonfinite + 1, norm, math.inf)
            if not math.isfinite(norm):
                continue
            if not self.is_bad(norm):
                self._record = max(self._record, norm)
                self._healthy += 1
            elif loss_is_high:
                return Alarm("spike", "gradient norm", step + offset, norm, _RECORD_FACTOR * self._record)
        return None

    def forget_run(self) -> None:
        """Begins again after a rollback."""
        self._nonfinite = 0


class CollapseWatch:
    """Tells when a model that told classes apart names one class for each batch, many batches in a row.

    >>> watch = CollapseWatch()
    >>> watch.add(0, np.zeros(64), has_learnt=True), watch.add(64, np.ones(32), has_learnt=True).step
    (None, 64)
    """

    def __init__(self) -> None:
        self._diverse, self._run = 0, 0

    def add(self, step: int, collapsed: np.ndarray, *, has_learnt: bool) -> Alarm | None:
        """Takes in whether the steps from `step` on were collapsed, `[k]`, and whether the loss was low before."""
        for offset, value in enumerate(collapsed.tolist()):
            if value:
                self._run += 1
            else:
                # A class that prevails makes such batches now and then, and they are no collapse either.
                self._diverse = max(self._diverse + 1 - self._run * _COST, 0)
                self._run = 0
            if self._run >= _COLLAPSED_RUN and self._diverse >= WINDOW // 2 and has_learnt:
                return Alarm("collapse", "predictions", step + offset - self._run + 1, 1.0, 0.0)
        return None

    def forget_run(self) -> None:
        """Begins again after a rollback."""
        self._run = 0
