"""Trains every config with every seed."""

import logging
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from keras_stable.config import Config
from keras_stable.errors import InvalidArgumentError, KerasStableError, invalid_argument
from keras_stable.imports import first_line
from keras_stable.reporting.numbers import share
from keras_stable.runs.comparison.comparison import Comparison
from keras_stable.runs.comparison.labels import label_configs
from keras_stable.runs.comparison.run import Failure, Run

Progress = Callable[[str], None]


def compare(configs: Sequence[Config], *, seeds: int, progress: Progress | None = None) -> Comparison:
    """Trains each config with several seeds, one run after the other, in this process and in memory only.

    The data and the model of every config are made once before the first training, so that a mistake in the last
    config costs no time. A run that fails in training does not stop the others: it is in `Comparison.failures`.

    Args:
        configs: sequence of `Config`; the first is what the others are held against.
        seeds: int >= 1; each config is trained with `config.seed`, `config.seed + 1`, ..., so many in all.
        progress: function that gets one line before and after each run. Default: none.

    Returns:
        A `Comparison`. After Ctrl-C it has the runs that ended before, and `interrupted` is true.

    Raises:
        InvalidArgumentError: an argument cannot be right, or a config cannot be trained; one line for each config.
        KerasStableError: every run failed.
        KeyboardInterrupt: Ctrl-C came before any run ended.
    """
    labelled = label_configs(configs)
    _check_arguments(labelled, seeds)
    say = progress or (lambda line: None)
    planned = [
        (label, config.model_copy(update={"seed": config.seed + index}))
        for label, config in labelled.items()
        for index in range(seeds)
    ]
    comparison = Comparison(labelled, ())
    with _without_retracing_warnings():
        try:
            _check_configs(labelled)
            for number, (label, config) in enumerate(planned, start=1):
                say(f"{label}, seed {config.seed}: run {number} of {len(planned)}, {config.fit.epochs} epochs")
                result = _run(label, config)
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


def _check_arguments(configs: Mapping[str, Config], seeds: int) -> None:
    if not configs:
        raise invalid_argument("configs", "at least one config", [])
    if isinstance(seeds, bool) or not isinstance(seeds, int) or seeds < 1:
        raise invalid_argument("seeds", "an int >= 1", seeds)
    largest = max(config.seed for config in configs.values())
    if largest + seeds > 2**32:
        must_be = f"at most {2**32 - largest} with a config whose seed is {largest}, for seeds end at 2**32 - 1"
        raise invalid_argument("seeds", must_be, seeds)


def _check_configs(configs: Mapping[str, Config]) -> None:
    import keras

    from keras_stable.data import load_data
    from keras_stable.runs.composition import build_model, class_weight

    lines: list[str] = []
    loaded = None
    for label, config in configs.items():
        source = (config.data, config.fit.batch_size, config.seed)
        try:
            # Configs in a row mostly share their data; only one set is held at a time.
            if loaded is None or loaded[0] != source:
                loaded = None
                loaded = source, load_data(config.data, batch_size=config.fit.batch_size, seed=config.seed)
            build_model(config, loaded[1])
            class_weight(config, loaded[1])
        except InvalidArgumentError as error:
            lines += [f"{label}: {line}" for line in str(error).splitlines()]
    keras.backend.clear_session()
    if lines:
        raise InvalidArgumentError("\n".join(lines))


def _run(label: str, config: Config) -> Run | Failure:
    import keras

    from keras_stable.runs.training import train_in_memory

    quiet = config.model_copy(update={"fit": config.fit.model_copy(update={"verbose": 0})})
    started = time.perf_counter()
    try:
        trained = train_in_memory(quiet)
        if trained.interrupted:
            # The figures of half a run would stand beside those of whole ones.
            raise KeyboardInterrupt
        return Run(label, config.seed, time.perf_counter() - started, trained.summary, trained.curves)
    except Exception as error:  # noqa: BLE001 - whatever ended this run, the runs before and after it still count
        return Failure(label, config.seed, first_line(error), traceback.format_exc())
    finally:
        keras.backend.clear_session()


def _ended(result: Run | Failure) -> str:
    if isinstance(result, Failure):
        return f"{result.label}, seed {result.seed}: failed, {result.message}"
    accuracy = share(result.summary.val_accuracy_last)
    return f"{result.label}, seed {result.seed}: {result.seconds:.0f} s, validation accuracy {accuracy}"


@contextmanager
def _without_retracing_warnings() -> Iterator[None]:
    # TensorFlow takes one new model after the other for a mistake, and says so for each.
    def wanted(record: logging.LogRecord) -> bool:
        return "triggered tf.function retracing" not in record.getMessage()

    logger = logging.getLogger("tensorflow")
    logger.addFilter(wanted)
    try:
        yield
    finally:
        logger.removeFilter(wanted)
