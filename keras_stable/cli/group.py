"""The group of commands, and what they share."""

import os
import sys
from typing import Any

import click

from keras_stable import __version__
from keras_stable.errors import InvalidArgumentError, KerasStableError

USAGE_ERROR, FAILURE, UNEXAMINED, INTERRUPTED, TERMINATED = 2, 1, 3, 130, 143


class _Group(click.Group):
    """Turns the package's exceptions into one message and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except InvalidArgumentError as error:
            click.echo(str(error), err=True)
            sys.exit(USAGE_ERROR)
        except KerasStableError as error:
            click.echo(str(error), err=True)
            sys.exit(FAILURE)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            sys.exit(INTERRUPTED)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="keras-stable")
def main() -> None:
    """Find out why Keras training goes wrong, fix it, and keep it fixed.

    Exit codes: 0 done, 1 the run failed, 2 an argument cannot be right, 130 interrupted by Ctrl-C,
    143 by SIGTERM.
    """


def start_tensorflow() -> None:
    """Imports TensorFlow, silences its log unless the user has set a level, and checks that Keras uses it.

    Raises:
        UnsupportedKerasError: When Keras runs on another backend.
    """
    quiet_tensorflow()
    from keras_stable.keras_check import check_backend

    check_backend()


def quiet_tensorflow() -> None:
    """Silences TensorFlow's log unless the user has set a level, also in the processes that a command starts."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
