"""What a comparison does in the processes of its own: look at the configs, and train one of them."""

import time
import traceback
from collections.abc import Mapping
from pathlib import Path

from keras_stable.config import Config
from keras_stable.errors import InvalidArgumentError
from keras_stable.imports import first_line
from keras_stable.runs.comparison.run import Failure, Run


def config_mistakes(configs: Mapping[str, Config]) -> list[str]:
    """Returns why configs cannot be trained, one line for each mistake; the data and the model of each are made.

    Args:
        configs: the configs by label.
    """
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
    return lines


def run_config(label: str, config: Config, log_dir: Path | None = None) -> Run | Failure | None:
    """Trains a config in memory.

    Args:
        label: which config it is.
        config: what to run.
        log_dir: where the events of the run go. Default: it writes none.

    Returns:
        A `Run`; a `Failure` where an exception ended it; None where Ctrl-C cut it short, for the figures of half a
        run would stand beside those of whole ones.
    """
    from keras_stable.runs.comparison.events import write_events
    from keras_stable.runs.fitting import train_in_memory

    quiet = config.model_copy(update={"fit": config.fit.model_copy(update={"verbose": 0})})
    started = time.perf_counter()
    try:
        trained = train_in_memory(quiet)
    except Exception as error:  # noqa: BLE001 - whatever ended this run, the runs before and after it still count
        return Failure(label, config.seed, first_line(error), traceback.format_exc())
    if trained.interrupted:
        return None
    run = Run(label, config.seed, time.perf_counter() - started, trained.summary, trained.curves)
    if log_dir is not None:
        write_events(log_dir, config, run)
    return run
