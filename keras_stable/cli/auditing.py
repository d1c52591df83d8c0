"""`keras-stable audit` and `explain`."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from keras_stable.cli.group import FAILURE, main, quiet_tensorflow


@main.command()
@click.argument("model")
@click.option("--data", metavar="DATA", help="An .npz file, a config, a run directory, or package.module:function.")
@click.option("--select", multiple=True, metavar="RULE", help="Run only these rules: ids, beginnings (KS4), slugs.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Do not run these rules.")
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
@click.option("--details", is_flag=True, help="Print every remedy, and every reason why a rule did not run.")
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
    details: bool,
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
    quiet_tensorflow()
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
    print_report(report, details)
    if json_path is not None:
        json_path.write_text(report.to_json() + "\n", encoding="utf-8")
    if html is not None:
        report.to_html(html)
        click.echo(f"Page: {html}")
    if report.crashed or report.at_least(fail_on):
        sys.exit(FAILURE)


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


@contextlib.contextmanager
def _status() -> Iterator[Callable[[str], None]]:
    """Shows what is done now: one line that changes on a terminal, a line each elsewhere."""
    if not sys.stderr.isatty():
        yield lambda line: click.echo(line, err=True)
        return
    from rich.console import Console

    with Console(stderr=True).status("Loading") as status:
        yield status.update
