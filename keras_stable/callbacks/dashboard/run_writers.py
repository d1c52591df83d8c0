"""RunWriters: the event files of one training, one for each curve that a card of TensorBoard can show."""

import os
from typing import Any

from keras_stable.callbacks.event_writer import EventWriter

VALIDATION = "validation"
AFTER_CLIPPING = "after_clipping"


class RunWriters:
    """Opens the event file of each curve when the first value for it comes.

    A card of TensorBoard shows one tag, with a curve for each run that has it. So the training is the run itself, and
    what is to be a second curve in its cards lies below it, under the same tag.

    | run | what |
    | --- | --- |
    | `log_dir` | the training |
    | `log_dir/validation` | the validation, in the cards of loss, metrics and predictions |
    | `log_dir/after_clipping` | the gradient norm after all clips, in the card of the norm |

    One file for each of them: TensorBoard follows only the newest file of a directory while a run lasts.

    Args:
        log_dir: the directory of the run.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     writers = RunWriters(directory)
    ...     writers.begin()
    ...     writers.of(VALIDATION).scalars(0, ["loss"], [1.0])
    ...     writers.end()
    ...     os.listdir(directory)
    ['validation']
    """

    def __init__(self, log_dir: str | os.PathLike) -> None:
        self.log_dir = os.fspath(log_dir)
        self._writers: dict[str, EventWriter] = {}
        self._users = 0

    def begin(self) -> None:
        """Says that a callback is going to write; each that does calls `end` when it is done."""
        self._users += 1

    def end(self) -> None:
        """Ends the files when the last callback that writes is done; the next value opens others."""
        self._users -= 1
        if self._users <= 0:
            self._users = 0
            for writer in self._writers.values():
                writer.close()
            self._writers = {}

    def of(self, curve: str = "") -> EventWriter:
        """Returns the writer of the training, or of another curve."""
        if curve not in self._writers:
            self._writers[curve] = EventWriter(os.path.join(self.log_dir, curve) if curve else self.log_dir)
        return self._writers[curve]

    def flush(self) -> None:
        """Lets TensorBoard see what was written."""
        for writer in self._writers.values():
            writer.flush()


def shared_writers(log_dir: Any) -> RunWriters:
    """Returns the writers of a directory; those that are shared already are returned as they are."""
    return log_dir if isinstance(log_dir, RunWriters) else RunWriters(log_dir)
