"""`keras-stable replay`."""

from pathlib import Path

import click

from keras_stable.cli.group import main, start_tensorflow


@main.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("event", type=click.IntRange(min=1))
def replay(run: Path, event: int) -> None:
    """Repeat the step of EVENT, a number in the events.jsonl of RUN, and say what it was.

    The step is taken again with one thing changed at a time: another batch, an earlier state, float64, no XLA, a lower
    rate, rows left out. The verdict is "rows", "state", "precision", "rate" or "unknown".
    """
    start_tensorflow()
    from keras_stable.runs.replaying import replay as take_again

    click.echo(str(take_again(run, event)))
