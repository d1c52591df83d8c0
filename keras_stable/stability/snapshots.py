"""Snapshots of a training, in memory or on disk, of which the youngest are not trusted yet."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from keras_stable.errors import InvalidArgumentError
from keras_stable.reporting.temporary_path import TemporaryPath


@dataclass(frozen=True)
class Snapshot:
    """The values of all variables after a step.

    Attributes:
        step: int; how many steps of this `fit` had been taken.
        epoch: int; in which epoch, from 0 on.
        rates: the learning rate of each optimizer.
        count: int; of how many variables it has the values.
        values: by name; None where they are on disk.
        path: where they are on disk, or None.
    """

    step: int
    epoch: int
    rates: tuple[float, ...]
    count: int
    values: Mapping[str, Any] | None
    path: Path | None = None

    def load(self) -> Mapping[str, Any]:
        """Returns the values, from the disk if they are there."""
        if self.values is not None:
            return self.values
        return read_arrays(self.path) if self.path is not None else {}


class SnapshotStore:
    """Keeps the last snapshots, and hands out the newest one that was healthy before an event.

    Args:
        count: int >= 2; how many are kept.
        settle: int; how many steps without an event must follow a snapshot until it counts as healthy.
        max_bytes: int; what all of them may take in memory.
        directory: where they are written; None keeps them in memory.

    >>> store = SnapshotStore(count=2, settle=10, max_bytes=10**6)
    >>> for step in (0, 5, 10):
    ...     store.add(Snapshot(step, 0, (), 0, {}), 0)
    >>> store.healthy(before=12).step
    5
    """

    def __init__(
        self, count: int, settle: int, max_bytes: int, directory: str | os.PathLike[str] | None = None
    ) -> None:
        self._count, self._settle, self._max_bytes = count, settle, max_bytes
        self._directory = None if directory is None else Path(directory)
        self._kept: list[Snapshot] = []

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def newest_step(self) -> int:
        """The step of the youngest snapshot."""
        return self._kept[-1].step

    def is_complete(self, count: int) -> bool:
        """Whether the youngest snapshot has the values of so many variables."""
        return self._kept[-1].count == count

    def add(self, snapshot: Snapshot, size: int) -> None:
        """Takes in a snapshot of so many bytes, and lets the oldest go.

        Raises:
            InvalidArgumentError: two of them do not fit into memory.
        """
        if self._directory is not None:
            snapshot = self._written(snapshot)
            room = self._count
        else:
            room = min(self._count, self._max_bytes // max(size, 1))
            if room < 2:
                raise InvalidArgumentError(
                    f"`max_bytes` must hold two snapshots of {size} bytes, or `directory` must be set. "
                    f"Received: max_bytes={self._max_bytes}"
                )
        self._kept.append(snapshot)
        while len(self._kept) > room:
            self._drop(0)

    def healthy(self, before: int) -> Snapshot:
        """Returns the newest snapshot that settled before an event began; the oldest where none has.

        Args:
            before: int; the step in which the event began.
        """
        settled = [snapshot for snapshot in self._kept if snapshot.step + self._settle <= before]
        return settled[-1] if settled else self._kept[0]

    def forget_after(self, snapshot: Snapshot) -> None:
        """Drops the ones that are younger than the one that was gone back to."""
        while self._kept and self._kept[-1] is not snapshot:
            self._drop(-1)

    def clear(self) -> None:
        """Drops all of them."""
        while self._kept:
            self._drop(0)

    def _drop(self, index: int) -> None:
        dropped = self._kept.pop(index)
        if dropped.path is not None:
            dropped.path.unlink(missing_ok=True)

    def _written(self, snapshot: Snapshot) -> Snapshot:
        path = Path(self._directory or ".") / f"snapshot-{snapshot.step}.npz"
        write_arrays(path, snapshot.values or {})
        return Snapshot(snapshot.step, snapshot.epoch, snapshot.rates, snapshot.count, None, path)


def write_arrays(path: Path, values: Mapping[str, Any]) -> None:
    """Writes tensors or arrays by name into an .npz, whole or not at all; names may hold any character.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     write_arrays(Path(directory, "state.npz"), {"a/b:0": np.arange(2)})
    ...     read_arrays(Path(directory, "state.npz"))["a/b:0"].tolist()
    [0, 1]
    """
    arrays = [np.asarray(value) for value in values.values()]
    # NumPy's format knows no bfloat16, whose every value float32 has too.
    arrays = [array.astype("float32") if array.dtype.kind == "V" else array for array in arrays]
    with TemporaryPath(path) as temporary, temporary.open("wb") as file:
        named = {str(index): array for index, array in enumerate(arrays)}
        np.savez(file, names=np.array(list(values), dtype=str), **named)  # type: ignore[arg-type]


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Returns what `write_arrays` wrote, by name."""
    with np.load(path, allow_pickle=False) as file:
        return {str(name): file[str(index)] for index, name in enumerate(file["names"])}
