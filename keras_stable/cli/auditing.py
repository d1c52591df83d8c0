"""`keras-stable audit` and `explain`."""

import difflib
import sys
from pathlib import Path
from typing import Any

import click

from keras_stable.cli.group import FAILURE, UNEXAMINED, main, start_tensorflow
from keras_stable.cli.programs import audit_program, user_program
from keras_stable.cli.progress import status
from keras_stable.cli.report_files import ReportFiles, show


@main.command()
@click.argument("model", required=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("-m", "module", metavar="MODULE", help="Audit a module that is run as with `python -m`, not MODEL.")
@click.option(
    "--fit", "fit_number", type=click.IntRange(min=1), default=1, show_default=True, help="Which `fit` of a script."
)
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
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write the report as JSON.")
@click.option("--html", type=click.Path(path_type=Path), help="Write the report as a page.")
@click.option("--sarif", type=click.Path(path_type=Path), help="Write the findings as SARIF, for code hosts.")
@click.option("--quick", is_flag=True, help="Train nothing: quicker, and less certain.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    help="About how long it may take; the dearest evidence is left out first, and the report names it.",
)
@click.option("--probe-steps", type=click.IntRange(min=1), default=300, show_default=True, help="Steps of the probe.")
@click.option(
    "--probe-seconds",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    help="How much of --seconds it may take.",
)
@click.option("--curvature", is_flag=True, help="Measure the sharpness of the loss even when the model learns.")
@click.option("--gradient-noise", is_flag=True, help="Measure the gradient noise scale.")
@click.option("--rate-range", is_flag=True, help="Run a learning-rate range test.")
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="Of the audit's own randomness."
)
@click.option("--details", is_flag=True, help="Print every remedy, and every reason why a rule did not run.")
def audit(
    model: str | None,
    arguments: tuple[str, ...],
    module: str | None,
    fit_number: int,
    data: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: Any,
    json_path: Path | None,
    html: Path | None,
    sarif: Path | None,
    quick: bool,
    curvature: bool,
    details: bool,
    **options: Any,
) -> None:
    """Say what is wrong with MODEL, with evidence.

    MODEL is a script (.py, .ipynb), a .keras file, a config, a run directory, or package.module:function that returns
    (model, x, y, fit arguments). A copy of it is trained for a short probe; MODEL itself stays as it is.

    A script is run as it stands, with the ARGUMENTS after `--`, up to its `fit`: what that was given is audited, and
    the script ends there.

    Exit codes: 0 nothing at the --fail-on level, 1 something, or a rule crashed, 2 something given cannot be right,
    3 nothing, but not everything could be examined. Where a script raises an exception or ends before its `fit`, its
    own exit code counts.
    """
    from keras_stable.diagnosis.judging.selection import chosen_rules

    program = user_program(model, arguments, module, data)
    chosen_rules(None, select, ignore)
    files = ReportFiles(json_path, html, sarif)
    files.check()
    options |= {"select": select, "ignore": ignore, "probe": False if quick else None, "curvature": curvature or None}
    report = _audit_place(str(model), data, options) if program is None else audit_program(program, fit_number, options)
    files.write(report)
    show(report, details, files)
    if report.crashed or report.at_least(fail_on):
        sys.exit(FAILURE)
    if report.unexamined:
        sys.exit(UNEXAMINED)


def _audit_place(model: str, data: str | None, options: dict[str, Any]) -> Any:
    from keras_stable.subjects.places import find_subject

    places = find_subject(model, data)
    click.echo(f"Loading {model}", err=True)
    start_tensorflow()
    from keras_stable.diagnosis.audit import audit as run
    from keras_stable.subjects.loading import load_subject

    subject = load_subject(*places)
    with status() as say:
        return run(subject.model, **subject.arguments, **options, progress=say)


@main.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Print the page of RULE, an id such as KS401 or a slug; as Markdown where it is no terminal that reads it."""
    from rich.console import Console
    from rich.markdown import Markdown

    from keras_stable.diagnosis.reporting.rule_pages import rule_page
    from keras_stable.diagnosis.rules import all_rules, find_rule
    from keras_stable.errors import InvalidArgumentError

    chosen = find_rule(rule)
    if chosen is None:
        names = [name for candidate in all_rules() for name in (candidate.id, candidate.slug)]
        close = difflib.get_close_matches(rule, names, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else "docs/rules.md lists them."
        raise InvalidArgumentError(f'`rule` must be an id such as "KS401", or a slug. Received: rule={rule!r}. {hint}')
    console, page = Console(), rule_page(chosen)
    if console.is_terminal:
        console.print(Markdown(page))
    else:
        click.echo(page, nl=False)
