"""`keras-stable train`, `compare`, `export` and `schema`."""

import json
import os
import sys
import time
from pathlib import Path

import click

from keras_stable.cli.group import FAILURE, INTERRUPTED, main, quiet_tensorflow, start_tensorflow
from keras_stable.config import config_schema, load_config

_set = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Put another value in the place of one in the config, e.g. --set fit.epochs=5. May be repeated.",
)


@main.command()
@click.argument("config", type=click.Path(path_type=Path))
@_set
@click.option("--run-dir", type=click.Path(path_type=Path), help="Where to. Default: runs/<config name>/<time>.")
@click.option("--overwrite", is_flag=True, help="Delete an earlier run in --run-dir.")
def train(config: Path, overrides: tuple[str, ...], run_dir: Path | None, overwrite: bool) -> None:
    """Train what CONFIG, a YAML file, describes.

    The run directory gets the model, its SavedModel export, curves, history and TensorBoard events.
    Ctrl-C ends the training, keeps the best weights so far and writes the same files.
    """
    loaded = load_config(config, overrides)
    start_tensorflow()
    from keras_stable.runs.training import train as run

    trained = run(loaded, run_dir, overwrite=overwrite)
    summary = trained.summary
    click.echo(f"Validation accuracy: {_number(summary.val_accuracy_last)} (best {_number(summary.val_accuracy_best)})")
    click.echo(f"Largest gradient norm before clipping: {_number(summary.grad_norm_max)}")
    click.echo(f"Classes predicted: {_number(summary.unique_classes)} of {summary.num_classes}")
    click.echo(f"Run directory: {trained.directory}")
    if trained.interrupted:
        click.echo("Interrupted: the model has the best weights so far.", err=True)
        sys.exit(INTERRUPTED)


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
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--to", "directory", required=True, type=click.Path(path_type=Path), help="The SavedModel to write.")
def export(run: Path, directory: Path) -> None:
    """Export the model of RUN, a run directory, as a SavedModel, and prove it on validation samples."""
    start_tensorflow()
    from keras_stable.export.run_export import export_run

    difference = export_run(run, directory)
    click.echo(f"SavedModel: {directory} (agrees with the model to {difference:.1e})")


@main.command()
def schema() -> None:
    """Print the JSON schema of a config, for editors that check YAML."""
    click.echo(json.dumps(config_schema(), indent=2))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
