"""The deep audit: `keras_stable.audit`."""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import keras
import tensorflow as tf

from keras_stable.arguments import is_integer
from keras_stable.diagnosis.evidence.budget import Budget
from keras_stable.diagnosis.evidence.copying.isolation import seed_all, untouched
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.model.own_steps import has_own_compute_loss, has_own_step, needs_labels
from keras_stable.diagnosis.evidence.options import EVIDENCE, Options
from keras_stable.diagnosis.evidence.own_programs import OwnPrograms
from keras_stable.diagnosis.evidence.program.fit_arguments import FitArguments
from keras_stable.diagnosis.evidence.training.graph_building import light_graphs
from keras_stable.diagnosis.judging.histories import read_history
from keras_stable.diagnosis.judging.runner import run_rules
from keras_stable.diagnosis.judging.selection import chosen_rules
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.diagnosis.reporting.wording import unexamined
from keras_stable.diagnosis.rule import Rule, Skip
from keras_stable.errors import DataError, InvalidArgumentError, invalid_argument
from keras_stable.keras_check import check_model


def audit(
    model: keras.Model,
    x: Any = None,
    y: Any = None,
    *,
    batch_size: int | None = None,
    epochs: int | None = None,
    verbose: int | str = "auto",
    callbacks: Any = None,
    validation_split: float = 0.0,
    validation_data: Any = None,
    shuffle: bool | str = True,
    class_weight: Mapping[int, float] | None = None,
    sample_weight: Any = None,
    initial_epoch: int = 0,
    steps_per_epoch: int | None = None,
    validation_steps: int | None = None,
    validation_batch_size: int | None = None,
    validation_freq: int | Sequence[int] = 1,
    history: Any = None,
    rules: Iterable[Rule] | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    seconds: float = 60.0,
    probe: bool | None = None,
    probe_steps: int = 300,
    probe_seconds: float = 60.0,
    curvature: bool | None = None,
    gradient_noise: bool = False,
    rate_range: bool = False,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Says what is wrong with a compiled model and its data, with evidence, and nothing where nothing is.

    Before training it trains a copy for a short probe, with the model's own optimizer settings, loss and
    batches. After training, give what `fit` returned as `history`. The model, its optimizer and the random
    state of the program are afterwards as they were before, to the bit.

    Args:
        model: a compiled `keras.Model` of any kind.
        x, y, batch_size, epochs, callbacks, validation_split, validation_data, shuffle, class_weight, sample_weight,
            initial_epoch, steps_per_epoch, validation_freq: as `fit` takes them: arrays, or a batched
            `tf.data.Dataset`, `PyDataset`, generator or loader. `epochs` is what you plan; `fit` would take 1.
            Batches are taken from a generator, which does not give them again: make a new one for `fit`.
            `Report.about["taken_batches"]` says how many. Of the callbacks only Keras's own are examined, on copies:
            no code of your own callbacks runs.
        verbose, validation_steps, validation_batch_size: as `fit` takes them. They change nothing that an audit
            looks at, and are only checked to be of the right kind.
        history: of an earlier `fit` of this model: what it returned, its dict of logs, or a run directory.
        rules: own rules, run beside the package's.
        select, ignore: ids, slugs or beginnings of ids ("KS4") of the rules to run, or not to.
        seconds: float, about how long the audit may take; what there is no time for is left out, the dearest first,
            and `Report.about["left_out"]` names it. Default: 60.
        probe: bool; None trains a probe unless a history, or weights that are trained, show that it learns.
        probe_steps: int, at most so many steps. Default: 300.
        probe_seconds: float, how much of `seconds` the probe and what is tried after it may take. Default: 60.
        curvature: bool, measure the sharpness; None does so when a model that SGD trains is in trouble.
        gradient_noise, rate_range: bool, measure the gradient noise scale; run a learning-rate range test.
        seed: int, of the audit's own randomness.
        progress: called with a line before each part that takes long.

    Returns:
        A `Report`.

    Raises:
        InvalidArgumentError: the model is not compiled or has no loss, or something given cannot be right.

    >>> import keras, numpy as np, keras_stable
    >>> x, y = np.random.default_rng(0).normal(size=(64, 4)), np.arange(64) % 2
    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="softmax")])
    >>> model.compile("adam", "binary_crossentropy")
    >>> report = keras_stable.audit(model, x, y, probe=False)
    >>> report.findings[0].rule
    'loss-output-mismatch'
    """
    _check_model(model)
    _check_number("seconds", seconds, 0)
    _check_number("probe_steps", probe_steps, 1)
    _check_number("probe_seconds", probe_seconds, 0)
    if not is_integer(seed, at_least=0) or seed >= 2**32:
        raise invalid_argument("seed", "an integer from 0 to 2**32 - 1", seed)
    chosen = chosen_rules(rules, select, ignore)
    logs = None if history is None else read_history(history)
    say = progress or (lambda line: None)
    fit = FitArguments.checked(
        callbacks=callbacks,
        epochs=epochs,
        initial_epoch=initial_epoch,
        validation_freq=validation_freq,
        verbose=verbose,
        validation_steps=validation_steps,
        validation_batch_size=validation_batch_size,
    )
    options = Options(seconds, probe, probe_steps, probe_seconds, curvature, gradient_noise, rate_range, fit)
    budget = Budget(seconds)
    with untouched(model), light_graphs(), model.distribute_strategy.scope(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        seed_all(seed)
        source = Source(
            x,
            y,
            batch_size=batch_size,
            validation_data=validation_data,
            validation_split=validation_split,
            shuffle=shuffle,
            class_weight=class_weight,
            sample_weight=sample_weight,
            epochs=epochs,
            seed=seed,
            steps_per_epoch=steps_per_epoch,
            budget=budget,
            labelled=needs_labels(model),
        )
        say(f"Auditing {model.name} with {len(chosen)} rules, in about {seconds:g} s at most")
        gathering = OwnPrograms(model, source, logs, options, say, budget)
        _check_fit(gathering, "x", "recording", "go into the model")
        _check_loss(gathering)
        report = run_rules(chosen, gathering.evidence)
        _check_read(gathering)
        if needs_labels(model) and not report.at_least("error"):
            _check_fit(gathering, "y", "evaluation", "go with the model's outputs and loss")
        verdict = " ".join(filter(None, (gathering["learning"].verdict, unexamined(report))))
    gathered = {name: value for name, value in gathering.evidence.gathered.items() if name in EVIDENCE}
    about = {
        "model": model.name,
        "parameters": model.count_params() if model.built else None,
        "samples": source.samples,
        "batch_size": batch_size or 32,
        **({"taken_batches": source.taken} if source.taken else {}),
        "probe_steps": gathered["probe"].steps if "probe" in gathered else 0,
        "seconds": round(budget.seconds_taken, 2),
        "left_out": ", ".join(budget.left_out),
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
    }
    return replace(report, verdict=verdict, facts=gathered, about=about)


def _check_model(model: Any) -> None:
    check_model(model)
    if not getattr(model, "compiled", False):
        raise InvalidArgumentError(
            "`model` must be compiled: call model.compile(optimizer, loss) first. "
            f"Received: model={model.name!r}, not compiled"
        )


def _check_loss(gathering: OwnPrograms) -> None:
    """Raises an error where nothing makes a loss: neither `compile`, nor the model's own code, nor `add_loss`."""
    model = gathering.model
    own_loss = has_own_step(model) or has_own_compute_loss(model)
    # What `add_loss` adds is there once the copy has run.
    if model.loss is None and not own_loss and not gathering["copy"].losses:
        raise InvalidArgumentError(
            "`model` must have a loss: call model.compile(optimizer, loss). "
            f"Received: model={model.name!r}, compiled without a loss"
        )


def _check_number(name: str, value: Any, least: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= least:
        raise invalid_argument(name, f"a number of at least {least}", value)


def _check_fit(gathering: OwnPrograms, argument: str, name: str, must: str) -> None:
    """Raises an error where evidence that any fitting model has cannot be had; what crashed, the rules report."""
    reason = gathering.evidence.failure(name)
    if isinstance(reason, InvalidArgumentError):
        raise reason
    if isinstance(reason, Skip) and not gathering.can_train():
        raise InvalidArgumentError(f"`{argument}` must {must}. Received: {reason}") from reason


def _check_read(gathering: OwnPrograms) -> None:
    """Raises the error of data that could not be read to the end."""
    for error in gathering.evidence.failures.values():
        if isinstance(error, DataError):
            raise error
