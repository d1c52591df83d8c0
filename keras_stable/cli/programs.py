"""`keras-stable run`, and `keras-stable audit` of a script."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from keras_stable.cli.group import TERMINATED, USAGE_ERROR, main, quiet_tensorflow
from keras_stable.cli.progress import status
from keras_stable.cli.report_files import ReportFiles
from keras_stable.errors import InvalidArgumentError, invalid_argument
from keras_stable.frequency import Frequency
from keras_stable.scripts.programs import SUFFIXES, SubjectProgram, UserProgram, command_line
from keras_stable.scripts.watched_program import Ending

# What `multiprocessing` imports when it starts a process, by the way in which it does.
_STARTS_CHILDREN = {
    "multiprocessing.popen_fork",
    "multiprocessing.popen_forkserver",
    "multiprocessing.popen_spawn_posix",
}


def user_program(
    name: str | None, arguments: Sequence[str], module: str | None, data: str | None = None
) -> UserProgram | None:
    """Returns the program that a command line names; None where it names something else than a program.

    Raises:
        InvalidArgumentError: there is no such program, or something is given that does not go with it.
    """
    if module is not None:
        words = (*(() if name is None else (name,)), *arguments)
        program = UserProgram(module, words, is_module=True)
    elif name is None:
        raise InvalidArgumentError("`MODEL` or `-m MODULE` must be given. Received: neither")
    elif Path(name).suffix not in SUFFIXES:
        if arguments:
            raise invalid_argument("arguments", "given with a script", " ".join(arguments))
        return None
    else:
        program = UserProgram(name, tuple(arguments))
    if data is not None:
        raise invalid_argument("data", "left out for a script, which has its own", data)
    program.check()
    return program


def audit_program(program: UserProgram, fit: int, options: dict[str, Any]) -> Any:
    """Runs a program up to its n-th `fit` and returns the report on that; where there is none, the process ends.

    Raises:
        InvalidArgumentError: the audit cannot take what `fit` was given.
    """
    from keras_stable.scripts.fit_audit import FitAudit

    quiet_tensorflow()
    session = FitAudit(program, fit, options, status)
    ending = session.run()
    if session.refusal is not None:
        raise session.refusal
    if session.report is None:
        ending.print_error()
        sys.exit(say_no_fit(program, ending, session.calls, fit) or USAGE_ERROR)
    if session.loop is not None:
        steps = len(session.loop.batches)
        loop = f"what its own loop, at {session.loop.location}, trains with was taken from its first {steps} steps"
        known = "and is trained as `fit` would" if session.loop.trainable else "but not what it minimizes"
        click.echo(f"{program.name} calls no `fit`: {loop}, {known}.", err=True)
    return session.report


def say_no_fit(program: UserProgram | SubjectProgram, ending: Ending, calls: int, fit: int = 1) -> int:
    """Prints one line on why there is nothing to report on, and returns the program's exit code."""
    times = {0: "did not call `fit`", 1: "called `fit` once"}.get(calls, f"called `fit` {calls} times")
    wanted = "" if fit == 1 else f"; --fit {fit} was asked for"
    how = "raised an exception" if ending.error is not None else f"ended with exit code {ending.code}"
    click.echo(f"{program.name} {how} and {times}{wanted}. {_hint(ending)}".rstrip(), err=True)
    return ending.code


def _hint(ending: Ending) -> str:
    if ending.in_child:
        return "A child process called `fit`, which is not followed: audit the function that this process runs."
    if _STARTS_CHILDREN & sys.modules.keys():
        return "It started child processes, which are not followed: audit the function that these run."
    if "tf_keras" in sys.modules:
        return "It uses tf_keras, which is Keras 2; only models of Keras 3 can be audited."
    if "keras" not in sys.modules:
        return "It did not import keras."
    return ""


@main.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("-m", "module", metavar="MODULE", help="Run a module as with `python -m`, not SCRIPT.")
@click.option("--run-dir", type=click.Path(path_type=Path), help="Where to. Default: runs/<script name>/<time>.")
@click.option("--overwrite", is_flag=True, help="Delete an earlier run in --run-dir.")
@click.option("--resume", "earlier", metavar="RUN", type=click.Path(path_type=Path), help="Go on with a killed run.")
@click.option("--checkpoint-every", default="1 epoch", show_default=True, help="Epochs, steps or seconds.")
@click.option("--seconds", type=click.FloatRange(min=0), default=60.0, show_default=True, help="Of the report.")
@click.argument("script", required=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run(
    module: str | None,
    run_dir: Path | None,
    overwrite: bool,
    earlier: Path | None,
    checkpoint_every: str,
    seconds: float,
    script: str | None,
    arguments: tuple[str, ...],
) -> None:
    """Run SCRIPT with its ARGUMENTS as it is written, and report on what it trained.

    Beside its training, and without any change to it, gradient norms, logs and the rules that need no more are
    recorded: in TensorBoard, and as warnings when they come up. The report follows on standard error when the script
    has ended; the run directory has it as a page and as JSON. The exit code is the script's own.

    With --resume, a script that was killed is started again, and each of its trainings goes on at the step it had
    reached. SCRIPT may then be left out.
    """
    from keras_stable.runs.run_directory import CHECKPOINTS, make_run_directory, read_environment, write_environment
    from keras_stable.scripts.recorded_run import RecordedRun

    if earlier is not None and (run_dir is not None or overwrite):
        raise invalid_argument("--resume", "given without --run-dir and --overwrite", str(earlier))
    program = user_program(script, arguments, module) if script or module or earlier is None else _recorded(earlier)
    if program is None:
        raise invalid_argument("script", "a Python script (.py) or a notebook (.ipynb)", script)
    Frequency.parse(checkpoint_every, "--checkpoint-every")
    if earlier is None:
        directory = make_run_directory(program.stem, run_dir, overwrite).resolve()
        write_environment(directory, program=command_line(program), script=asdict(program))
    else:
        read_environment(earlier)
        directory = earlier.resolve()
    quiet_tensorflow()
    session = RecordedRun(
        program,
        directory / "tensorboard",
        {"seconds": seconds},
        _say,
        directory / CHECKPOINTS,
        checkpoint_every,
    )
    ending = session.run()
    ending.print_error()
    if ending.code == TERMINATED:
        _say(f"To go on: keras-stable run --resume {directory}")
        sys.exit(TERMINATED)
    if not session.calls:
        sys.exit(say_no_fit(program, ending, session.calls))
    for number, report in enumerate(session.reports(), 1):
        files = ReportFiles(*(directory / "reports" / f"{number}.{suffix}" for suffix in ("json", "html", "sarif")))
        files.write(report)
        _say(str(report))
    _say(f"Run directory: {directory}")
    sys.exit(ending.code)


def _recorded(directory: Path) -> UserProgram:
    """Returns the program that a run directory was made for."""
    from keras_stable.runs.run_directory import read_environment

    content: Any = read_environment(directory).get("script")
    try:
        program = UserProgram(content["name"], tuple(content["arguments"]), content["is_module"] is True)
    except (TypeError, KeyError) as error:
        raise invalid_argument("--resume", "the directory of a run of a script", str(directory)) from error
    program.check()
    return program


def _say(line: str) -> None:
    click.echo(line, err=True)
