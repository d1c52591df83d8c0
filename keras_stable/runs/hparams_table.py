"""The page HParams of TensorBoard: a row for each run of a config."""

from pathlib import Path

from keras_stable.callbacks.dashboard.hparams import write_session
from keras_stable.config import Config
from keras_stable.runs.results import Curves, Summary

_FIRST = ("name", "seed", "optimizer.learning_rate", "fit.batch_size", "fit.epochs")


def write_row(log_dir: Path, config: Config, summary: Summary, curves: Curves) -> None:
    """Writes a run as a row: the keys of its config, and the figures that `compare` shows.

    Args:
        log_dir: the directory of the run's events.
        config: what was run.
        summary: `Summary`, its figures.
        curves: `Curves`, for the number of its steps.
    """
    # How a run is shown is no part of what it was told.
    keys = config.model_dump(mode="json", exclude={"fit": {"verbose"}})
    figures = {name: value for name, value in summary.to_dict().items() if not isinstance(value, dict)}
    figures |= {f"largest_drop_after_{epochs}": drop for epochs, drop in summary.largest_drop_after.items()}
    write_session(log_dir, keys, figures, len(curves.global_norm), _FIRST)
