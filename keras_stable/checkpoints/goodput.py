"""`Goodput`: the share of steps and of time that trained, over all processes that worked on one training."""

import mmap
import struct
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

_LIFE = struct.Struct("<qdd")


@dataclass(frozen=True)
class Goodput:
    """What of the work went into the result.

    Attributes:
        steps: float in [0, 1], the share of the executed steps that were not lost to a death.
        time: float in [0, 1], the share of the time that went into those steps; the rest is starting, building,
            validation, writing, and what was lost.
        executed_steps: int, how many steps all processes have run.
        seconds: float, how long they have worked, the time between them left out.
        starts: int, how many processes there were.
    """

    steps: float
    time: float
    executed_steps: int
    seconds: float
    starts: int

    def to_dict(self) -> dict[str, Any]:
        """Returns it as JSON.

        >>> Goodput(1.0, 0.5, 10, 2.0, 1).to_dict()["starts"]
        1
        """
        return asdict(self)


class WorkLog:
    """Counts the work of each process in a small file, which holds whatever kills the process.

    The file is mapped into memory, so that counting costs next to nothing and a killed process has written all of it.

    Args:
        path: the file, with 24 bytes for each process that has worked on the training.
    """

    def __init__(self, path: Path) -> None:
        self._began = time.monotonic()
        self._step_began = 0.0
        self._steps, self._step_seconds = 0, 0.0
        with path.open("ab") as file:
            file.truncate(file.tell() // _LIFE.size * _LIFE.size)
            self._offset = path.stat().st_size
            file.write(_LIFE.pack(0, 0.0, 0.0))
        self._file: IO[bytes] = path.open("r+b")
        self._map = mmap.mmap(self._file.fileno(), 0)
        self._closed: bytes | None = None

    def begin_step(self) -> None:
        """Called before a batch is trained on."""
        self._step_began = time.monotonic()

    def end_step(self, count: int = 1) -> None:
        """Called after it was.

        Args:
            count: int, how many steps that were.
        """
        self._steps += count
        self._step_seconds += time.monotonic() - self._step_began
        self.write()

    def write(self) -> None:
        """Writes how long this process has worked until now."""
        if self._closed is None:
            seconds = time.monotonic() - self._began
            _LIFE.pack_into(self._map, self._offset, self._steps, self._step_seconds, seconds)

    def goodput(self, steps: int) -> Goodput:
        """Returns what of the work went into `steps` steps, which the training has."""
        self.write()
        lives = list(_LIFE.iter_unpack(self._closed or bytes(self._map)))
        executed, trained, seconds = (sum(column) for column in zip(*lives, strict=True))
        share = min(1.0, steps / executed) if executed else 1.0
        return Goodput(share, min(1.0, share * trained / seconds) if seconds else 0.0, executed, seconds, len(lives))

    def close(self) -> None:
        """Ends this process's part."""
        if self._closed is None:
            self.write()
            self._closed = bytes(self._map)
            self._map.close()
            self._file.close()
