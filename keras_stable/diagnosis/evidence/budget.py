"""The time that an audit may take, and who gets how much of it."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from keras_stable.diagnosis.rule import Skip

Item = TypeVar("Item")
Clock = Callable[[], float]


@dataclass(frozen=True)
class Deadline:
    """A moment at which some work has to end.

    Attributes:
        moment: float, by the clock; infinite for work that may take any time.
        clock: function without arguments that returns seconds.
    """

    moment: float = math.inf
    clock: Clock = time.monotonic

    @property
    def left(self) -> float:
        """Returns the seconds until then; 0 afterwards."""
        return max(0.0, self.moment - self.clock())

    @property
    def over(self) -> bool:
        """Returns whether it has passed."""
        return self.clock() >= self.moment

    def earlier(self, seconds: float) -> "Deadline":
        """Returns the moment so many seconds from now, or this one where it comes first."""
        return Deadline(min(self.moment, self.clock() + seconds), self.clock)

    def keep(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yields items until the moment has passed, but at least one."""
        for item in items:
            yield item
            if self.over:
                return


class Budget:
    """The time of one audit. What is dear asks first, and is left out where it would take too long.

    Args:
        seconds: float, for everything together.
        clock: function without arguments that returns seconds.

    Attributes:
        whole: `Deadline` of the audit.
        costs: mapping of str to the seconds that something was measured to take.
        left_out: list of str, what there was no time for.

    >>> budget = Budget(10.0, clock=lambda: 0.0)
    >>> budget.ask("the probe", 4.0)
    >>> try:
    ...     budget.ask("the trials", 60.0)
    ... except Skip as reason:
    ...     print(reason)
    there was no time left for the trials, which would take about 60 s
    >>> budget.left_out
    ['the trials']
    """

    def __init__(self, seconds: float = math.inf, clock: Clock = time.monotonic) -> None:
        self.seconds = seconds
        self._start = clock()
        self.whole = Deadline(self._start + seconds, clock)
        self.costs: dict[str, float] = {}
        self.left_out: list[str] = []

    @property
    def seconds_taken(self) -> float:
        """Returns the seconds since the audit began."""
        return self.whole.clock() - self._start

    def share(self, part: float) -> Deadline:
        """Returns the moment at which this part of the whole time has passed, counted from now."""
        return self.whole.earlier(part * self.seconds)

    def ask(self, what: str, seconds: float, until: Deadline | None = None) -> None:
        """Raises `Skip`, and notes what is left out, where it would not be done in time.

        Args:
            what: str, in words that follow "no time left for".
            seconds: float, how long it is expected to take.
            until: `Deadline` before which it has to be done. Default: the end of the audit.
        """
        left = (until or self.whole).left
        if left > 0 and seconds <= left:
            return
        if what not in self.left_out:
            self.left_out.append(what)
        expected = f", which would take about {seconds:.2g} s" if 0 < seconds < math.inf else ""
        raise Skip(f"there was no time left for {what}{expected}")

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Notes how long something takes."""
        start = self.whole.clock()
        try:
            yield
        finally:
            self.costs[name] = self.whole.clock() - start
