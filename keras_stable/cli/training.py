"""`keras-stable train`, `compare` and `schema`."""

import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import click

from keras_stable.cli.group import FAILURE, INTERRUPTED, TERMINATED, main, quiet_tensorflow, start_tensorflow
from keras_stable.config import config_schema, load_config
from keras_stable.errors import InvalidArgumentError, invalid_argument

if TYPE_CHECKING:
    from keras_stable.runs.training import TrainedRun

_set = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Put another value in the place of one in the config, e.g. --set fit.epochs=5. May be repeated.",
)


@main.command()
@click.argument("config", required=False, type=click.Path(path_type=Path))
@_set
@click.option("--run-dir", type=click.Path(path_type=Path), help="Where to. Default: runs/<config name>/<time>.")
@click.option("--overwrite", is_flag=True, help="Delete an earlier run in --run-dir.")
@click.option(
    "--strategy",
    type=click.Choice(["none", "mirrored", "multi_worker"]),
    help="Spread each step over devices or processes. Default: distribution.strategy of the config.",
)
@click.option("--resume", "earlier", metavar="RUN", type=click.Path(path_type=Path), help="Go on with a killed run.")
def train(
    config: Path | None,
    overrides: tuple[str, ...],
    run_dir: Path | None,
    overwrite: bool,
    strategy: str | None,
    earlier: Path | None,
) -> None:
    """Train what CONFIG, a YAML file, describes; or go on with a run, at the step it had reached.

    The run directory gets the model, its SavedModel export, curves, history, TensorBoard events and checkpoints.
    Ctrl-C ends the training, keeps the best weights so far and writes the same files. SIGTERM writes a checkpoint and
    ends with exit code 143. Under --strategy multi_worker every worker runs the same command, with one --run-dir.
    """
    if strategy is not None:
        overrides = (*overrides, f"distribution.strategy={strategy}")
    if earlier is None:
        trained = _trained(config, overrides, run_dir, overwrite)
    else:
        trained = _resumed(earlier, overrides, config is None and run_dir is None and not overwrite)
    if not trained.chief:
        return
    summary = trained.summary
    click.echo(f"Validation accuracy: {_number(summary.val_accuracy_last)} (best {_number(summary.val_accuracy_best)})")
    click.echo(f"Largest gradient norm before clipping: {_number(summary.grad_norm_max)}")
    click.echo(f"Classes predicted: {_number(summary.unique_classes)} of {summary.num_classes}")
    click.echo(f"Run directory: {trained.directory}")
    if trained.interrupted:
        click.echo("Interrupted: the model has the best weights so far.", err=True)
        click.echo(f"To go on: keras-stable train --resume {trained.directory}", err=True)
        sys.exit(INTERRUPTED)


def _trained(config: Path | None, overrides: tuple[str, ...], run_dir: Path | None, overwrite: bool) -> "TrainedRun":
    if config is None:
        raise InvalidArgumentError("CONFIG or `--resume RUN` must be given. Received: neither")
    loaded = load_config(config, overrides)
    signal.signal(signal.SIGTERM, _terminate)
    start_tensorflow()
    from keras_stable.runs.training import train as run

    return run(loaded, run_dir, overwrite=overwrite)


def _resumed(directory: Path, overrides: tuple[str, ...], alone: bool) -> "TrainedRun":
    if not alone:
        raise invalid_argument("--resume", "given without CONFIG, --run-dir and --overwrite", str(directory))
    from keras_stable.runs.run_directory import config_of

    config_of(directory, overrides)  # what is wrong in it is said before TensorFlow is imported
    signal.signal(signal.SIGTERM, _terminate)
    start_tensorflow()
    from keras_stable.runs.training import resume

    return resume(directory, overrides)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(TERMINATED)


@main.command()
@click.argument("configs", nargs=-1, required=True, type=click.Path(path_type=Path))
@_set
@click.option("--seeds", type=click.IntRange(min=1), default=1, show_default=True, help="Runs of each config.")
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("comparison.html"),
    show_default=True,
    help="The page to write.",
)
@click.option("--json", "json_path", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures too.")
@click.option("--png", type=click.Path(path_type=Path, dir_okay=False), help="Write the curves as a picture too.")
@click.option(
    "--log-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where TensorBoard finds the runs, each a row of HParams. Default: runs/comparison/<time>.",
)
def compare(
    configs: tuple[Path, ...],
    overrides: tuple[str, ...],
    seeds: int,
    html: Path,
    json_path: Path | None,
    png: Path | None,
    log_dir: Path | None,
) -> None:
    """Train several CONFIGS and show them side by side, in a table and on an HTML page."""
    from keras_stable.reporting.page_file import check_page_path, write_page

    loaded = [load_config(path, overrides) for path in configs]
    for option, path in (("html", html), ("json", json_path), ("png", png)):
        if path is not None:
            check_page_path(path, option)
    # Its runs have processes of their own, so this one needs no TensorFlow; what KERAS_BACKEND says is refused at once.
    quiet_tensorflow()
    if os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
        start_tensorflow()
    from rich.console import Console

    from keras_stable.runs.comparison import compare as run
    from keras_stable.runs.curves import save_curves

    log_dir = log_dir or Path("runs") / "comparison" / time.strftime("%Y%m%d-%H%M%S")
    comparison = run(loaded, seeds=seeds, progress=lambda line: click.echo(line, err=True), log_dir=log_dir)
    comparison.to_html(html)
    if json_path is not None:
        write_page(json_path, json.dumps(comparison.to_dict(), indent=2, allow_nan=False) + "\n", "json")
    if png is not None:
        runs = {label: [run.curves for run in comparison.runs_of(label)] for label in comparison.configs}
        save_curves(runs, png)
    Console().print(comparison.table())
    click.echo(f"Page: {html}")
    click.echo(f"TensorBoard: tensorboard --logdir {log_dir}")
    for failure in comparison.failures:
        click.echo(str(failure), err=True)
    if comparison.interrupted:
        sys.exit(INTERRUPTED)
    if comparison.failures:
        sys.exit(FAILURE)


@main.command()
def schema() -> None:
    """Print the JSON schema of a config, for editors that check YAML."""
    click.echo(json.dumps(config_schema(), indent=2))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
