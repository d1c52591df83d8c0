"""The command line: `keras-stable train`, `audit`, `explain`, `compare`, `export` and `schema`."""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from keras_stable import __version__
from keras_stable.config import config_schema, load_config
from keras_stable.errors import InvalidArgumentError, KerasStableError

_USAGE_ERROR, _FAILURE, _INTERRUPTED = 2, 1, 130

_set = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Put another value in the place of one in the config, e.g. --set fit.epochs=5. May be repeated.",
)


class _Group(click.Group):
    """Turns the package's exceptions into one message and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except InvalidArgumentError as error:
            click.echo(str(error), err=True)
            sys.exit(_USAGE_ERROR)
        except KerasStableError as error:
            click.echo(str(error), err=True)
            sys.exit(_FAILURE)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            sys.exit(_INTERRUPTED)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="keras-stable")
def main() -> None:
    """Find out why Keras training goes wrong, fix it, and keep it fixed.

    Exit codes: 0 done, 1 the run failed, 2 something given cannot be right, 130 interrupted by Ctrl-C.
    """


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
    _quiet_tensorflow()
    from keras_stable.training import train as run

    path, trained = run(loaded, run_dir, overwrite=overwrite)
    summary = trained.summary
    click.echo(f"Validation accuracy: {_number(summary.val_accuracy_last)} (best {_number(summary.val_accuracy_best)})")
    click.echo(f"Largest gradient norm before clipping: {_number(summary.grad_norm_max)}")
    click.echo(f"Classes predicted: {_number(summary.unique_classes)} of {summary.num_classes}")
    click.echo(f"Run directory: {path}")
    if trained.interrupted:
        click.echo("Interrupted: the model has the best weights so far.", err=True)
        sys.exit(_INTERRUPTED)


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
def compare(
    configs: tuple[Path, ...],
    overrides: tuple[str, ...],
    seeds: int,
    html: Path,
    json_path: Path | None,
    png: Path | None,
) -> None:
    """Train several CONFIGS and show them side by side, in a table and on an HTML page."""
    from keras_stable.comparison import check_page_path

    loaded = [load_config(path, overrides) for path in configs]
    for path in (html, json_path, png):
        if path is not None:
            check_page_path(path)
    _quiet_tensorflow()
    from rich.console import Console

    from keras_stable.comparison import compare as run
    from keras_stable.plots import save_curves
    from keras_stable.run_directory import write_json

    comparison = run(loaded, seeds=seeds, progress=lambda line: click.echo(line, err=True))
    comparison.to_html(html)
    if json_path is not None:
        write_json(json_path, comparison.to_dict())
    if png is not None:
        runs = {label: [run.curves for run in comparison.runs_of(label)] for label in comparison.configs}
        save_curves(runs, png)
    Console().print(comparison.table())
    click.echo(f"Page: {html}")
    for failure in comparison.failures:
        click.echo(str(failure), err=True)
    if comparison.interrupted:
        sys.exit(_INTERRUPTED)
    if comparison.failures:
        sys.exit(_FAILURE)


@main.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--to", "directory", required=True, type=click.Path(path_type=Path), help="The SavedModel to write.")
def export(run: Path, directory: Path) -> None:
    """Export the model of RUN, a run directory, as a SavedModel, and prove it on validation samples."""
    _quiet_tensorflow()
    from keras_stable.export.run_export import export_run

    difference = export_run(run, directory)
    click.echo(f"SavedModel: {directory} (agrees with the model to {difference:.1e})")


_names = {"multiple": True, "metavar": "RULE"}


@main.command()
@click.argument("model")
@click.option("--data", metavar="DATA", help="An .npz file, a config, a run directory, or package.module:function.")
@click.option("--select", **_names, help="Run only these rules: an id, the beginning of ids (KS4), or a slug.")
@click.option("--ignore", **_names, help="Do not run these rules.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "advice"]),
    default="warning",
    show_default=True,
    help="The lowest severity that makes the exit code 1.",
)
@click.option("--json", "json_path", type=click.Path(path_type=Path, dir_okay=False), help="Write the report as JSON.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the report as a page.")
@click.option("--quick", is_flag=True, help="Train nothing: seconds instead of up to a minute, and less certain.")
@click.option("--probe-steps", type=click.IntRange(min=1), default=300, show_default=True, help="Steps of the probe.")
@click.option(
    "--probe-seconds", type=click.FloatRange(min=0), default=60.0, show_default=True, help="Its time at most."
)
@click.option("--curvature", is_flag=True, help="Measure the sharpness of the loss even when the model learns.")
@click.option("--gradient-noise", is_flag=True, help="Measure the gradient noise scale.")
@click.option("--rate-range", is_flag=True, help="Run a learning-rate range test.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the audit's own randomness.")
def audit(
    model: str,
    data: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: Any,
    json_path: Path | None,
    html: Path | None,
    quick: bool,
    curvature: bool,
    **options: Any,
) -> None:
    """Say what is wrong with MODEL, with evidence.

    MODEL is a .keras file, a config, a run directory, or package.module:function that returns
    (model, x, y, fit arguments). A copy of it is trained for a short probe; MODEL itself stays as it is.

    Exit codes: 0 nothing at the --fail-on level, 1 something, or a rule crashed, 2 something given cannot be right.
    """
    from keras_stable.diagnosis.page import check_page_path
    from keras_stable.diagnosis.selection import chosen_rules

    chosen_rules(None, select, ignore)
    for path in (json_path, html):
        if path is not None:
            check_page_path(path)
    _quiet_tensorflow()
    from keras_stable.diagnosis.audit import audit as run
    from keras_stable.diagnosis.terminal import print_report
    from keras_stable.subjects import load_subject

    subject = load_subject(model, data)
    with _status() as say:
        report = run(
            subject.model,
            **subject.arguments,
            select=select,
            ignore=ignore,
            probe=False if quick else None,
            curvature=curvature or None,
            progress=say,
            **options,
        )
    print_report(report)
    if json_path is not None:
        json_path.write_text(report.to_json() + "\n", encoding="utf-8")
    if html is not None:
        report.to_html(html)
        click.echo(f"Page: {html}")
    if report.crashed or report.at_least(fail_on):
        sys.exit(_FAILURE)


@main.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Print the page of RULE, an id such as KS401 or a slug."""
    from rich.console import Console
    from rich.markdown import Markdown

    from keras_stable.diagnosis.pages import rule_page
    from keras_stable.diagnosis.rules import all_rules, find_rule
    from keras_stable.errors import invalid_argument

    found = find_rule(rule)
    if found is None:
        raise invalid_argument("rule", f"an id from {all_rules()[0].id} on, or a slug; docs/rules.md lists them", rule)
    Console().print(Markdown(rule_page(found)))


@main.command()
def schema() -> None:
    """Print the JSON schema of a config, for editors that check YAML."""
    click.echo(json.dumps(config_schema(), indent=2))


@contextlib.contextmanager
def _status() -> Iterator[Callable[[str], None]]:
    """Shows what is done now: one line that changes on a terminal, a line each elsewhere."""
    if not sys.stderr.isatty():
        yield lambda line: click.echo(line, err=True)
        return
    from rich.console import Console

    with Console(stderr=True).status("Loading") as status:
        yield status.update


def _quiet_tensorflow() -> None:
    # Set by the user, it stays.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


if __name__ == "__main__":
    main()
