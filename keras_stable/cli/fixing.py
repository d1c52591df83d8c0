"""`keras-stable fix`."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from keras_stable.cli.group import FAILURE, UNEXAMINED, main, quiet_tensorflow, start_tensorflow
from keras_stable.cli.programs import user_program
from keras_stable.errors import invalid_argument
from keras_stable.scripts.programs import SubjectProgram


@main.command()
@click.argument("model", required=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("-m", "module", metavar="MODULE", help="Fix a module that is run as with `python -m`, not MODEL.")
@click.option(
    "--fit", "fit_number", type=click.IntRange(min=1), default=1, show_default=True, help="Which `fit` of a script."
)
@click.option("--data", metavar="DATA", help="An .npz file, a config, a run directory, or package.module:function.")
@click.option("--write", is_flag=True, help="Make the changes; a copy of each file as it was is kept beside it.")
@click.option("--force", is_flag=True, help="With --write: also in a file with changes that are not committed.")
@click.option(
    "--budget",
    type=click.FloatRange(min=0, min_open=True),
    default=3.0,
    show_default=True,
    help="How much may be trained at most, in trainings of the program.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=600.0,
    show_default=True,
    help="About how long it may take.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="Of the repair's own randomness."
)
@click.option("--diff", "diff_only", is_flag=True, help="Print the diff alone, as `patch` takes it.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write the changes and the diff as JSON.")
@click.option("--html", type=click.Path(path_type=Path), help="Write a page with figures before and after.")
def fix(
    model: str | None,
    arguments: tuple[str, ...],
    module: str | None,
    fit_number: int,
    data: str | None,
    write: bool,
    force: bool,
    diff_only: bool,
    json_path: Path | None,
    html: Path | None,
    **options: Any,
) -> None:
    """Find the smallest change that cures MODEL, prove it, and print it as a diff.

    MODEL is what `audit` takes. Of a script (.py), the change is made in the files that it is written in; the changed
    script is then run up to its `fit` and audited, and only what that proves is offered. What cannot be placed surely
    is printed as code to paste. Of a config and of a run directory the YAML is changed; of a .keras file, --write
    makes a repaired one beside it.

    Nothing is written without --write.

    Exit codes: 0 nothing to repair, or everything was written, 1 a change is offered and not written, 2 something
    given cannot be right, 3 something is wrong, and no change was proven, or some has to be made by hand.
    """
    from keras_stable.cli.fix_text import FixText
    from keras_stable.reporting.page_file import check_page_path, write_page
    from keras_stable.source_edits.writing import check_source
    from keras_stable.subjects.places import find_subject

    program = user_program(model, arguments, module, data)
    for option, path in (("json", json_path), ("html", html)):
        if path is not None:
            check_page_path(path, option)
    if force and not write:
        raise invalid_argument("force", "given with --write", "--force alone")
    if program is not None and write and not program.is_module:
        check_source(program.name, force)
    places = None if program is not None else find_subject(str(model), data)
    if places is not None and places[0].kind == "config" and write:
        check_source(places[0].path, force)
    if places is None or places[0].kind == "function":
        from keras_stable.cli.fix_programs import fixed_program

        quiet_tensorflow()
        result = fixed_program(program or SubjectProgram(str(model), data), fit_number, options)
    else:
        from keras_stable.cli.fix_places import fixed_place

        start_tensorflow()
        result = fixed_place(places, options)
    text = FixText(result)
    if json_path is not None:
        write_page(json_path, json.dumps(text.as_data(), indent=2) + "\n", "json")
    if html is not None:
        result.repair.to_html(html)
    written = result.write(force) if write else ()
    click.echo(text.diff() if diff_only else text.whole(written), nl=not diff_only)
    if result.by_hand or (result.is_wrong and not result.changes_files):
        sys.exit(UNEXAMINED)
    if result.changes_files and not write:
        sys.exit(FAILURE)
