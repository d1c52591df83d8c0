"""`CheckpointStore`: the checkpoints of one `fit`, the newest whole one of which is found again."""

import math
import re
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_stable.checkpoints.archive import Archive, NewerFormatError, read_archive, read_state, write_archive
from keras_stable.errors import CheckpointError
from keras_stable.reporting.temporary_path import TemporaryPath

_NAME = re.compile(r"step-\d{10,}(-epoch-\d{4,})?")
VALUE = "value"


class CheckpointStore:
    """The checkpoints in a directory: the last ones, and the best of those that were written.

    Args:
        directory: made with the first checkpoint.
        keep: int >= 1, how many of the last are kept.
        larger_is_better: bool, of the monitored value.
    """

    def __init__(self, directory: Path, keep: int = 3, larger_is_better: bool = False) -> None:
        self.directory, self._keep, self._larger = directory, keep, larger_is_better
        self._values: dict[str, float | None] = {}

    def paths(self) -> list[Path]:
        """Returns where checkpoints lie, the newest last. The number of steps orders them, and no clock."""
        if not self.directory.is_dir():
            return []
        paths = [path for path in self.directory.iterdir() if _NAME.fullmatch(path.name) and path.is_dir()]
        return sorted(paths, key=lambda path: (_order(path), path.name))

    def write(self, state: Mapping[str, Any], arrays: Mapping[str, Any], step: int, epoch: int | None = None) -> Path:
        """Writes a checkpoint, and deletes what need no longer be kept.

        Args:
            state: plain JSON values; `value` among them is what is monitored.
            arrays: what `state` names.
            step: int, how many steps were trained.
            epoch: int, from 1, the epoch that has ended. Default: none has.

        Raises:
            OSError: it cannot be written; the earlier ones are as they were.
        """
        name = f"step-{step:010d}" + ("" if epoch is None else f"-epoch-{epoch:04d}")
        path = self.directory / name
        write_archive(path, state, arrays)
        self._values[name] = _number(state.get(VALUE))
        self._prune()
        return path

    def newest(self, before: int | None = None) -> Archive | None:
        """Returns the newest checkpoint that is whole; None where there is none. A damaged one is said in a warning.

        Args:
            before: int, an order that it has to lie below. Default: none.

        Raises:
            NewerFormatError: it is of a newer version.
        """
        for path in reversed(self.paths()):
            if before is not None and _order(path) >= before:
                continue
            try:
                return read_archive(path)
            except NewerFormatError:
                raise
            except CheckpointError as error:
                warnings.warn(f"A checkpoint is damaged: {error}. The one before is used.", stacklevel=2)
        return None

    @staticmethod
    def order(archive: Archive) -> int:
        """Returns a number that grows from each moment of a training to the next: one for a step, one for an epoch."""
        return _order(archive.path)

    def best(self) -> Path | None:
        """Returns the checkpoint whose monitored value is best; None where none has one."""
        ranked = [(value, path) for path in self.paths() if (value := self._value(path)) is not None]
        if not ranked:
            return None
        sign = 1 if self._larger else -1
        return max(ranked, key=lambda pair: sign * pair[0])[1]

    def clean(self) -> None:
        """Deletes what processes that were killed have left half written."""
        if self.directory.is_dir():
            for path in self.directory.iterdir():
                if TemporaryPath.final_name(path.name) is not None:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _value(self, path: Path) -> float | None:
        if path.name not in self._values:
            try:
                self._values[path.name] = _number(read_state(path).get(VALUE))
            except CheckpointError:
                self._values[path.name] = None
        return self._values[path.name]

    def _prune(self) -> None:
        paths = self.paths()
        kept = {*paths[-self._keep :], self.best()}
        for path in paths:
            if path not in kept:
                shutil.rmtree(path)
                self._values.pop(path.name, None)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _order(path: Path) -> int:
    step, _, epoch = path.name.removeprefix("step-").partition("-epoch-")
    # The end of an epoch comes after its last step; epochs without any step have one order, and names tell them apart.
    return 2 * int(step) + bool(epoch)
