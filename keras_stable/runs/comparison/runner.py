"""Trains every config with every seed."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from keras_stable.arguments import is_integer
from keras_stable.config import Config, ConfigSource, read_config
from keras_stable.errors import InvalidArgumentError, KerasStableError, invalid_argument
from keras_stable.reporting.numbers import share
from keras_stable.runs.comparison.comparison import Comparison
from keras_stable.runs.comparison.execution import config_mistakes, run_config
from keras_stable.runs.comparison.labels import label_configs
from keras_stable.runs.comparison.run import Failure, Run
from keras_stable.runs.own_process import OwnProcesses, ProcessEndedError

Progress = Callable[[str], None]
_PRELOAD = ("keras_stable.runs.fitting",)


def compare(
    configs: Sequence[ConfigSource],
    *,
    seeds: int = 1,
    overrides: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    log_dir: str | os.PathLike[str] | None = None,
) -> Comparison:
    """Trains each config with several seeds, as `keras-stable compare` does, and puts the results side by side.

    The runs follow one another, each in a process of its own and in memory, so that every run is the one that
    its config alone would give: nothing that a run sets, such as deterministic operations, lasts into the next.
    The data and the model of every config are made once before the first training, so that a mistake in the last
    config costs no time. A run that fails in training does not stop the others, even where its process is killed:
    it is in `Comparison.failures`.

    Args:
        configs: sequence of configs, each a `keras_stable.config.Config`, the path of a YAML file, or a mapping with
            the keys of a config; the first is what the others are held against.
        seeds: int >= 1; each config is trained with `config.seed`, `config.seed + 1`, ..., so many in all. Default 1.
        overrides: mapping of dotted keys to values, which replace those of every config, such as
            `{"fit.epochs": 5}`. Default: none.
        progress: function that gets one line before and after each run, such as `print`. Default: none.
        log_dir: str or path; TensorBoard finds every run that ended in `<log_dir>/<label>/seed_<seed>`, with its curves
            and a row of HParams. Default: no events are written.

    Returns:
        A `Comparison`. After Ctrl-C it has the runs that ended before, and `interrupted` is true.

    Raises:
        InvalidArgumentError: an argument cannot be right, or a config cannot be trained; one line for each mistake.
        KerasStableError: every run failed.
        KeyboardInterrupt: Ctrl-C came before any run ended.

    >>> iris = {"data": {"kind": "sklearn", "name": "iris"}, "fit": {"epochs": 3}}
    >>> comparison = compare([{"name": "iris", **iris}], seeds=2)
    >>> [(run.label, run.seed, run.summary.epochs) for run in comparison.runs]
    [('iris', 0, 3), ('iris', 1, 3)]
    >>> comparison.rows[0]["grad_norm_max"] < 10
    True
    """
    labelled = label_configs(_read_all(configs, overrides))
    _check_seeds(labelled, seeds)
    say = progress or (lambda line: None)
    planned = [
        (label, config.model_copy(update={"seed": config.seed + index}))
        for label, config in labelled.items()
        for index in range(seeds)
    ]
    comparison = Comparison(labelled, ())
    with OwnProcesses(calls=1 + len(planned), preload=_PRELOAD) as processes:
        try:
            if mistakes := processes.call(config_mistakes, labelled):
                raise InvalidArgumentError("\n".join(mistakes))
            _make_directory(log_dir)
            for number, (label, config) in enumerate(planned, start=1):
                say(f"{label}, seed {config.seed}: run {number} of {len(planned)}, {config.fit.epochs} epochs")
                events = None if log_dir is None else Path(log_dir) / label / f"seed_{config.seed}"
                result = _run(processes, label, config, events)
                if isinstance(result, Run):
                    comparison = replace(comparison, runs=(*comparison.runs, result))
                else:
                    comparison = replace(comparison, failures=(*comparison.failures, result))
                say(_ended(result))
        except KeyboardInterrupt:
            if not comparison.runs:
                raise
            comparison = replace(comparison, interrupted=True)
    if not comparison.runs:
        lines = [f"Every run failed. {comparison.failures[0]}", *map(str, comparison.failures[1:])]
        raise KerasStableError("\n".join(lines))
    return comparison


def _read_all(configs: Sequence[ConfigSource], overrides: Mapping[str, Any] | None) -> list[Config]:
    if isinstance(configs, str | os.PathLike | Mapping | Config) or not isinstance(configs, Sequence):
        must_be = "a sequence of configs, each a Config, the path of a YAML file, or a mapping"
        raise invalid_argument("configs", must_be, configs)
    read: list[Config] = []
    lines: list[str] = []
    for index, source in enumerate(configs):
        argument = f"configs[{index}]"
        try:
            read.append(read_config(source, overrides, argument=argument))
        except InvalidArgumentError as error:
            # A file says its own name.
            prefix = f"{argument}: " if isinstance(source, Mapping | Config) and len(configs) > 1 else ""
            lines += [f"{prefix}{line}" for line in str(error).splitlines()]
    if lines:
        raise InvalidArgumentError("\n".join(lines))
    if not read:
        raise invalid_argument("configs", "at least one config", list(configs))
    return read


def _check_seeds(configs: Mapping[str, Config], seeds: int) -> None:
    if not is_integer(seeds, at_least=1):
        raise invalid_argument("seeds", "an int >= 1", seeds)
    largest = max(config.seed for config in configs.values())
    if largest + seeds > 2**32:
        must_be = f"at most {2**32 - largest} with a config whose seed is {largest}, for seeds end at 2**32 - 1"
        raise invalid_argument("seeds", must_be, seeds)


def _make_directory(log_dir: str | os.PathLike[str] | None) -> None:
    try:
        if log_dir is not None:
            Path(log_dir).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise invalid_argument("log_dir", "a directory that can be written", os.fspath(log_dir or "")) from error


def _run(processes: OwnProcesses, label: str, config: Config, events: Path | None) -> Run | Failure:
    try:
        result = processes.call(run_config, label, config, events)
    except ProcessEndedError as error:
        return Failure(label, config.seed, str(error))
    if result is None:
        raise KeyboardInterrupt
    return result


def _ended(result: Run | Failure) -> str:
    if isinstance(result, Failure):
        return f"{result.label}, seed {result.seed}: failed, {result.message}"
    accuracy = share(result.summary.val_accuracy_last)
    return f"{result.label}, seed {result.seed}: {result.seconds:.0f} s, validation accuracy {accuracy}"
