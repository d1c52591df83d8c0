"""TimeShare: work beside a training that may take only a small share of its time."""

import contextlib
import time
from collections.abc import Callable, Iterator


class TimeShare:
    """Says whether there is time for some work, from what it took before.

    Args:
        share: float, how much of the time since `start` the work may take. Default 0.01.
        expected: float, seconds that the work is taken to need before it was ever done. Default 0.
        clock: function that returns seconds. Default `time.perf_counter`.

    >>> seconds = iter([0.0, 1.0, 1.0, 3.0, 10.0, 500.0])
    >>> share = TimeShare(0.01, clock=lambda: next(seconds))
    >>> share.start()
    >>> share.allows()
    True
    >>> with share.spent():
    ...     pass
    >>> share.allows(), share.allows()
    (False, True)
    """

    def __init__(
        self, share: float = 0.01, expected: float = 0.0, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._share, self._expected, self._clock = share, expected, clock
        self._started = self._taken = self._last = 0.0

    def start(self) -> None:
        """Begins to count."""
        self._started, self._taken, self._last = self._clock(), 0.0, self._expected

    def allows(self) -> bool:
        """Returns whether doing once more what was done last would keep to the share."""
        elapsed = self._clock() - self._started
        return self._taken + self._last <= self._share * elapsed

    @contextlib.contextmanager
    def spent(self) -> Iterator[None]:
        """Counts the time of the work inside."""
        before = self._clock()
        try:
            yield
        finally:
            self._last = self._clock() - before
            self._taken += self._last
