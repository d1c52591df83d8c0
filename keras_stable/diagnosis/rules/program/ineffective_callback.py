"""KS705."""

from collections.abc import Iterator

from keras_stable.diagnosis.facts import Callback, Callbacks, Ending, Learning
from keras_stable.diagnosis.rule import Found, Severity, Threshold, rule
from keras_stable.diagnosis.rules.program import _callback_faults as faults

EARLY = Threshold(0.5, "Share of the planned epochs below which a stop while the loss still falls is too early.")
IMPATIENT = Threshold(3, "Epochs of patience below which the noise of one epoch can end a training.")
DONE = 0.5  # share gained over a constant answer, above which a stop costs little
NAMES = {"min": "smaller", "max": "larger"}


@rule(
    "KS705",
    "ineffective-callback",
    remedy='Give the callback a key of the logs and its direction: `EarlyStopping("val_auc", mode="max", patience=5)`.',
    explains=(
        "slow-convergence",
        "learning-rate-too-low",
        "loss-not-decreasing",
        "prediction-collapse",
        "never-predicted-class",
        "feature-collapse",
        "overfitting",
        "update-ratio",
        "decaying-schedule",
        "cannot-overfit-batch",
    ),
    thresholds={"early": EARLY, "impatient": IMPATIENT, "tiny factor": faults.TINY, "least share": faults.LEAST},
    own=True,
)
def ineffective_callback(callbacks: Callbacks, learning: Learning) -> Iterator[Found]:
    """A callback that does nothing, does the opposite, or makes `fit` fail.

    ## What it does

    Runs Keras's own callbacks over the planned epochs on a stand-in for the model. It reports a `monitor` that is no
    key of the logs, a `mode` that is the wrong way round for that metric, epochs that are never reached, a rate that
    cannot be lowered, two callbacks of which one undoes what the other does, and what Keras would refuse. In which
    direction a metric improves is measured: on ideal answers and on answers to other rows. After training it says
    which callback ended it, and when. Callbacks of your own are not run.

    ## Why is this bad

    `EarlyStopping` the wrong way round ends a training after `patience` epochs and puts back its worst weights. One
    that watches a key that is not there never acts at all; Keras tells that once an epoch in a warning that the
    progress bar overwrites.

    ## Example

        keras.callbacks.EarlyStopping("val_auc", mode="min", patience=3, restore_best_weights=True)

    ## Use instead

        keras.callbacks.EarlyStopping("val_auc", mode="max", patience=3, restore_best_weights=True)
    """
    for callback in callbacks.examined:
        hit = _first_fault(callback, callbacks)
        if hit is not None:
            yield hit
        elif callbacks.ending is not None and callbacks.ending.by == callback.index:
            yield _ended(callback, callbacks.ending, learning)


def _first_fault(callback: Callback, callbacks: Callbacks) -> Found | None:
    """Returns the gravest fault of a callback: what is wrong with its key explains the rest."""
    checks = (faults.missing, faults.refused, _wrong_way, faults.beyond_reach, faults.undone, faults.idle)
    return next((hit for check in checks if (hit := check(callback, callbacks)) is not None), None)


def _wrong_way(callback: Callback, callbacks: Callbacks) -> Found | None:
    if not callback.takes or not callback.better or callback.takes == callback.better:
        return None
    ended = callbacks.ending
    what = {
        "EarlyStopping": "stops when it improves" + (", and puts the worst weights back" if callback.restores else ""),
        "ReduceLROnPlateau": "lowers the learning rate while it improves",
    }.get(callback.kind, "keeps the worst model and passes over the better ones")
    after = ""
    if ended is not None and ended.by == callback.index:
        after = f" It ended the training after {ended.epochs} of {ended.planned} epochs."
    elif callback.acts_after and callback.kind == "EarlyStopping" and ended is None:
        planned = "" if callbacks.epochs is None else f" of {callbacks.epochs}"
        after = f" A training that goes well ends after {callback.acts_after}{planned} epochs."
    return faults.at(
        callback,
        f"{callback.kind} takes a {NAMES[callback.takes]} {callback.monitor} for better, but a "
        f"{NAMES[callback.better]} one is: it {what}.{after}",
        {"acts_after": callback.acts_after, "patience": callback.patience, **_numbers(ended)},
        f'Write `{callback.kind}(..., monitor="{callback.monitor}", mode="{callback.better}")`.',
        edits=faults.argument(callback, "mode", f'"{callback.better}"'),
        confidence=0.97 if callback.measured or callback.monitor.endswith("loss") else 0.9,
    )


def _ended(callback: Callback, ended: Ending, learning: Learning) -> Found:
    """Returns what it means that a callback which is in order ended the training."""
    share = ended.epochs / max(ended.planned, 1)
    impatient = callback.patience < IMPATIENT.value and (ended.falling or ended.epochs <= 5)
    poor = not learning.has_learnt or not learning.beyond_constant > DONE
    severity: Severity = "warning" if share < EARLY.value and impatient and poor else "advice"
    still = ", while the training loss still fell" if ended.falling else ""
    return faults.at(
        callback,
        f"{callback.kind} on {callback.monitor} ended the training after {ended.epochs} of {ended.planned} epochs"
        f"{still}; its best epoch was number {ended.best}, with a patience of {callback.patience}.",
        _numbers(ended),
        f'Raise `patience`: `EarlyStopping("{callback.monitor}", patience={max(10, 2 * callback.patience)}, '
        "restore_best_weights=True)`.",
        edits=faults.argument(callback, "patience", str(max(10, 2 * callback.patience))),
        severity=severity,
        confidence=0.6,
    )


def _numbers(ended: Ending | None) -> dict[str, float]:
    return {} if ended is None else {"epochs": ended.epochs, "planned": ended.planned, "best": ended.best}
