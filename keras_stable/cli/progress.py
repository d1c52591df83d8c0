"""What a command says while it works."""

import contextlib
import sys
from collections.abc import Callable, Iterator

import click


@contextlib.contextmanager
def status() -> Iterator[Callable[[str], None]]:
    """Yields a function that shows the present step: on a terminal in one line, elsewhere line by line.

    It speaks on standard error, so that standard output holds the result alone.
    """
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True)
    if not sys.stderr.isatty() or console.is_dumb_terminal:
        yield lambda line: click.echo(line, err=True)
        return
    with console.status("") as shown:
        # A model's name is not markup.
        yield lambda line: shown.update(Text(line))
