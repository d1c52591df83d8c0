"""The repair: `keras_stable.repair`."""

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras

from keras_stable.diagnosis.audit import audit
from keras_stable.diagnosis.evidence.budget import Budget
from keras_stable.diagnosis.evidence.copying.isolation import seed_all, untouched
from keras_stable.diagnosis.evidence.model.demands import demanded_rows, stateful_layers
from keras_stable.diagnosis.evidence.training.graph_building import light_graphs
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.errors import invalid_argument
from keras_stable.repairs.applying import applied
from keras_stable.repairs.before_code import code_after, code_before
from keras_stable.repairs.contents import Change, Curves, Verdict
from keras_stable.repairs.curing import Cure, cure
from keras_stable.repairs.ledger import Ledger
from keras_stable.repairs.program import Program
from keras_stable.repairs.proving import Outcomes
from keras_stable.repairs.racing import Ground
from keras_stable.repairs.repaired import Repair
from keras_stable.repairs.stored_stream import StoredStream
from keras_stable.repairs.trained_first import report_of_trained

_AUDITING = 0.25


def repair(
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
    budget: float = 3.0,
    seconds: float = 600.0,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Repair:
    """Finds the smallest change that cures a training program, and proves it before it is offered.

    The program is audited; where nothing grave is found, a copy is trained as planned and audited with its history.
    Where nothing grave is found then either, nothing is changed. Else what was found, and some general
    measures, are applied to copies; these race over the same batches and seeds, short races first; and the winner,
    shrunk to what it needs, is trained beside the program as it is and judged by rows that neither training nor
    choosing has seen. It is taken where a paired test finds it better. The model, its optimizer and the random state
    of the program are afterwards as they were before, to the bit.

    Args:
        model, x, y, batch_size, epochs, verbose, callbacks, validation_split, validation_data, shuffle, class_weight,
            sample_weight, initial_epoch, steps_per_epoch, validation_steps, validation_batch_size, validation_freq:
            as `fit` takes them. Of the callbacks only Keras's own that steer the training are run, on copies.
        history: of an earlier `fit` of this model, as `audit` takes it. The repair then goes on from its weights.
        budget: float above 0, how much may be trained at most, in trainings of the program. The probes of the two
            audits are not counted: they take a few hundred steps each. Default: 3.
        seconds: float, about how long it may take; what there is no time for is left out. Default: 600.
        seed: int, from 0 to 2**32 - 1; the same seed gives the same repair.
        progress: called with a line before each part that takes long.

    Returns:
        A `Repair`.

    Raises:
        InvalidArgumentError: the model is not compiled or cannot be copied, there are no data, or something given
            cannot be right.

    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(200, 3))
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])
    >>> model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
    >>> result = repair(model, x, (x[:, 0] > 0).astype(int), epochs=10)
    >>> result.verdict, result.changes, result.model is model
    ('nothing to repair', (), True)
    """
    for name, number in (("budget", budget), ("seconds", seconds)):
        if isinstance(number, bool) or not isinstance(number, int | float) or not number > 0:
            raise invalid_argument(name, "a number above 0", number)
    if x is None:
        raise invalid_argument("x", "the data that `fit` is given: a repair is proven by training", x)
    say = progress or (lambda line: None)
    fit = _given(
        batch_size=batch_size,
        epochs=epochs,
        verbose=verbose,
        callbacks=callbacks,
        validation_split=validation_split,
        validation_data=validation_data,
        shuffle=shuffle,
        class_weight=class_weight,
        sample_weight=sample_weight,
        initial_epoch=initial_epoch,
        steps_per_epoch=steps_per_epoch,
        validation_steps=validation_steps,
        validation_batch_size=validation_batch_size,
        validation_freq=validation_freq,
    )
    stored = StoredStream(x)
    time = Budget(float(seconds))
    auditing: dict[str, Any] = {"seed": seed, "progress": progress}
    auditing["seconds"] = auditing["probe_seconds"] = max(_AUDITING * seconds, 1.0)
    report = audit(model, stored.again(), y, history=history, **auditing, **fit)
    program = Program(model, stored.data, y, fit, anew=_destroyed(report))
    with untouched(model), light_graphs(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        seed_all(seed)
        ground = _ground(program, report, float(budget), seed, time)
        before: Outcomes = {}
        if not report.at_least("warning"):
            say("Training a copy as planned")
            trained = report_of_trained(ground, before, auditing)
            report = trained or report
            if not report.at_least("warning"):
                return _unchanged(program, report, ground, Cure(), "nothing to repair")
        cured = cure(ground, report, say, before)
        if not cured.remedies:
            return _unchanged(program, report, ground, cured)
        seed_all(seed)
        after = applied(program, [remedy.edits for remedy in cured.remedies])
    prepared_x, prepared_y = after.prepare(stored.data, y)
    report_after = audit(after.model, prepared_x, prepared_y, **{**auditing, **after.fit_arguments})
    verdict: Verdict = "improved" if report_after.at_least("warning") else "repaired"
    return Repair(
        _changes(program, cured),
        after.model,
        after.fit_arguments,
        ground.ledger.trainings,
        verdict,
        report,
        report_after,
        _curves(cured),
        after,
        ground.refused,
    )


_DEFAULTS = {"verbose": "auto", "validation_split": 0.0, "shuffle": True, "initial_epoch": 0, "validation_freq": 1}


def _given(**arguments: Any) -> dict[str, Any]:
    """Returns the arguments that say something else than Keras's defaults."""
    return {
        name: value
        for name, value in arguments.items()
        if value is not None
        and not (name in _DEFAULTS and isinstance(value, type(_DEFAULTS[name])) and value == _DEFAULTS[name])
    }


_DESTRUCTIVE = frozenset({"dead-units", "identical-outputs", "saturated-activations", "zero-gradients"})


def _destroyed(report: Report) -> bool:
    """Returns whether a training has left weights that no cure can go on from."""
    plan, learning = report.facts.get("plan"), report.facts.get("learning")
    if plan is None or not plan.trained or learning is None or learning.state not in ("stuck", "diverging"):
        return False
    return learning.state == "diverging" or any(finding.rule in _DESTRUCTIVE for finding in report.at_least("error"))


def _ground(program: Program, report: Report, budget: float, seed: int, time: Budget) -> Ground:
    ledger = Ledger(budget, 1.0, time.whole)
    epochs = max(1, int(program.fit.get("epochs") or 1) - int(program.fit.get("initial_epoch", 0)))
    plan = report.facts.get("plan")
    ground = Ground(
        program,
        epochs,
        ledger,
        seed,
        unit=demanded_rows(program.model) or 1,
        in_order=bool(stateful_layers(program.model)),
        fresh=program.anew or not (plan is not None and plan.trained),
    )
    start = ground.trial(())
    if start is not None:
        ledger.unit = float(start.rows.rows * epochs)
        figure = start.judged(ground.rows(start).choosing)
        if figure.name == "loss" and math.isfinite(figure.whole):
            start.loss_unit = ground.loss_unit = max(abs(figure.whole), 1e-6)
    return ground


def _unchanged(
    program: Program, report: Report, ground: Ground, cured: Cure, verdict: Verdict = "not repaired"
) -> Repair:
    return Repair(
        (),
        program.model,
        program.fit_arguments,
        ground.ledger.trainings,
        verdict,
        report,
        None,
        _curves(cured),
        program,
        ground.refused,
    )


def _changes(program: Program, cured: Cure) -> tuple[Change, ...]:
    proof = cured.proof
    assert proof is not None
    return tuple(
        Change(
            rule=remedy.finding.rule,
            where=edit.target,
            before=code_before(program, edit),
            after=code_after(edit),
            gain=proof.gain,
            p_value=math.nan if remedy.sound else proof.p_value,
            why=remedy.why,
            edit=edit,
            location=remedy.finding.location,
        )
        for remedy in cured.remedies
        for edit in remedy.edits
    )


def _curves(cured: Cure) -> Curves:
    proof = cured.proof
    if proof is None:
        return Curves()
    figures = [outcome.figure for outcome in (proof.before, proof.after)]
    name = next((figure.name for figure in reversed(figures) if figure is not None), "")
    values = [math.nan if figure is None else figure.whole for figure in figures]
    before, after = values
    return Curves(name, before, after, proof.before.history, proof.after.history, proof.rows, proof.apart)
