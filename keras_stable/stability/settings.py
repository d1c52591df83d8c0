"""What a guard is told, checked."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from keras_stable.arguments import is_integer
from keras_stable.errors import invalid_argument

ACTIONS = ("rollback", "stop", "warn")


@dataclass(frozen=True)
class GuardSettings:
    """The arguments of `StabilityGuard`, which says what they mean.

    Raises:
        InvalidArgumentError: One of them cannot be right.
    """

    action: str
    max_rollbacks: int
    rate_factor: float
    nonfinite_steps: int
    check_every: int
    snapshot_every: int
    settle_steps: int
    snapshots: int
    max_bytes: int
    directory: str | os.PathLike[str] | None
    on_disk: bool | None
    log_dir: str | os.PathLike[str] | None
    keep_batches: int
    rules: Sequence[str]

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise invalid_argument("action", f"one of {', '.join(map(repr, ACTIONS))}", self.action)
        least = {"max_rollbacks": 0, "nonfinite_steps": 1, "check_every": 1, "snapshot_every": 1, "settle_steps": 0}
        least |= {"snapshots": 2, "max_bytes": 1, "keep_batches": 0}
        for name, lowest in least.items():
            value: Any = getattr(self, name)
            if not is_integer(value, at_least=lowest):
                raise invalid_argument(name, f"an integer >= {lowest}", value)
        if isinstance(self.rate_factor, bool) or not isinstance(self.rate_factor, int | float):
            raise invalid_argument("rate_factor", "a number in (0, 1]", self.rate_factor)
        if not 0 < self.rate_factor <= 1:
            raise invalid_argument("rate_factor", "a number in (0, 1]", self.rate_factor)
        if self.on_disk and self.directory is None:
            raise invalid_argument("on_disk", "False where no `directory` is set", self.on_disk)
        if self.keep_batches and self.directory is None and self.log_dir is None:
            raise invalid_argument(
                "keep_batches", "0 where neither `directory` nor `log_dir` is set", self.keep_batches
            )
