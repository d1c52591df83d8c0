"""EpochLines: what a person reads while a model trains, a line for each epoch."""

import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Literal, Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from keras_stable.callbacks.checked_callback import CheckedCallback
from keras_stable.callbacks.dashboard.learning_curves import first_metric, plain_numbers
from keras_stable.reporting.numbers import count, share, significant

WIDTH = 100


class EpochLines(CheckedCallback):
    """Prints one line for each epoch, of at most 100 columns, with the time that is left.

    The line has the loss and the accuracy of training and validation, the largest gradient norm before clipping, how
    many classes are predicted and how many steps were skipped, as far as `logs` has them. It writes no key into
    `logs`. Keras's own lines are turned off with `fit(verbose=0)`. As a context manager around `fit` it also leaves
    the terminal in order when that raises.

    Args:
        verbose: as `fit` has it: 0 prints nothing; 1 shows the progress of the epoch below the lines where the output
            is a terminal; 2 prints the lines alone; "auto" is 1 on a terminal and 2 elsewhere. Default "auto".
        output: where to print. Default: standard output.

    >>> lines = EpochLines(verbose=2)
    """

    def __init__(self, verbose: int | Literal["auto"] = "auto", output: TextIO | None = None) -> None:
        super().__init__()
        self.verbose = verbose
        self._output = output
        self._progress: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._began = time.monotonic()
        self._first_ended: tuple[int, float] | None = None
        self._console = Console(file=self._output or sys.stdout, highlight=False)
        if self.verbose in (1, "auto") and self._console.is_terminal and not self._console.is_dumb_terminal:
            columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("steps")
            self._progress = Progress(*columns, console=self._console, transient=True, refresh_per_second=4)
            self._task = self._progress.add_task("", total=None)
            self._progress.start()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self._progress is not None:
            text = f"{epoch + 1}/{self.params.get('epochs', '?')}"
            self._progress.reset(self._task, total=self.params.get("steps"), description=text)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self._progress is not None:
            self._progress.update(self._task, completed=batch + 1)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if not self.verbose:
            return
        now, epochs = time.monotonic(), self.params.get("epochs") or epoch + 1
        left = self._left(epoch, now)
        time_text = f"{duration(left)} left" if epoch + 1 < epochs else duration(now - self._began)
        line = epoch_line(f"{epoch + 1:{len(str(epochs))}}/{epochs}", plain_numbers(logs or {}), time_text)
        if self._progress is not None:
            self._progress.console.print(Text(line), soft_wrap=True)
        else:
            print(line, file=self._output or sys.stdout, flush=True)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._stop()

    def _left(self, epoch: int, now: float) -> float:
        """Returns the seconds that the epochs to come will take; the first one traces, and is slower than they are."""
        rest = (self.params.get("epochs") or epoch + 1) - epoch - 1
        if self._first_ended is None:
            self._first_ended = (epoch, now)
            return rest * (now - self._began)
        first, ended = self._first_ended
        return rest * (now - ended) / (epoch - first)

    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def epoch_line(number: str, logs: Mapping[str, float], end: str) -> str:
    """Returns the line of an epoch: at most 100 characters; a part that does not fit is left out.

    Args:
        number: str, what the line begins with.
        logs: numbers by key.
        end: str, what the line ends with.

    >>> logs = {"loss": 0.504, "accuracy": 1.0, "val_loss": 0.556, "val_accuracy": 0.98, "grad_norm_max": 0.0246}
    >>> epoch_line("3/30", {**logs, "val_unique_classes": 10.0}, "17 s left")
    '3/30  loss 0.504, val 0.556  acc 1.000, val 0.980  grad norm 0.0246  10 classes  17 s left'
    """
    parts = [_pair("loss", "loss", logs, significant)]
    metric = first_metric(logs)
    if metric is not None:
        is_share = "acc" in metric and all(0 <= logs.get(key, 0) <= 1 for key in (metric, f"val_{metric}"))
        # Names such as sparse_categorical_accuracy would leave no room.
        name = "acc" if metric.endswith("accuracy") else metric
        parts.append(_pair(name, metric, logs, share if is_share else significant))
    if logs.get("skipped_steps"):
        parts.append(f"{count(logs['skipped_steps'])} skipped")
    if "grad_norm_max" in logs:
        parts.append(f"grad norm {significant(logs['grad_norm_max'])}")
    classes = logs.get("val_unique_classes", logs.get("unique_classes"))
    if classes is not None:
        parts.append(f"{count(classes)} classes")
    line = number
    for part in filter(None, parts):
        if len(line) + len(part) + len(end) + 4 <= WIDTH:
            line = f"{line}  {part}"
    return f"{line}  {end}"


def duration(seconds: float) -> str:
    """Returns a time as people say it.

    >>> [duration(seconds) for seconds in (0.04, 3.21, 59.7, 90, 8000, 200000)]
    ['0.0 s', '3.2 s', '60 s', '1:30 min', '2 h 13 min', '55 h 33 min']
    """
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02} min" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"


def _pair(name: str, key: str, logs: Mapping[str, float], shown: Any) -> str:
    if key not in logs:
        return ""
    validation = f", val {shown(logs[f'val_{key}'])}" if f"val_{key}" in logs else ""
    return f"{name} {shown(logs[key])}{validation}"
