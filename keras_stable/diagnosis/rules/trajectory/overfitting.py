"""KS607."""

from collections.abc import Iterator

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import History
from keras_stable.diagnosis.progress import gained, noise_of
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule
from keras_stable.diagnosis.rules.trajectory._curve import finite_part

GAP = Threshold(0.1, "Training accuracy over validation accuracy. Good models of small data sets have 0.05.")
WIDE_GAP = Threshold(0.2, "The same gap, from which on it is no matter of a few samples.")
FAR = Threshold(0.3, "The same gap, from which on validation fails, whether or not its loss still falls.")
RISE = Threshold(0.1, "Rise of the validation loss over what its best left to gain, so that it has turned for good.")
STEEP_RISE = Threshold(0.5, "The same rise, from which on the best epoch was left far behind.")
WORSE = Threshold(0.02, "Validation accuracy lost since its best, above what single samples make.")

_EPOCHS = 4
STOP = 'keras.callbacks.EarlyStopping("val_loss", patience=5, restore_best_weights=True)'


@rule(
    "KS607",
    "overfitting",
    severity="advice",
    remedy=f"Stop at the best epoch: `{STOP}`; then add data, augmentation or `Dropout`, or take a smaller model.",
    thresholds={"gap": GAP, "wide gap": WIDE_GAP, "far": FAR, "rise": RISE, "steep rise": STEEP_RISE, "worse": WORSE},
)
def overfitting(history: History) -> Iterator[Found]:
    """Validation worsens while training improves.

    ## What it does

    Compares the last epoch with the one of the best validation loss. It is a warning when the validation loss
    has risen by half, training still improved, and the accuracy fell or lies far below that of training; and
    when the accuracies lie very far apart at the end.

    ## Why is this bad

    From the best epoch on the model learns the training samples by heart, and gets worse at all others.

    ## Example

        model.fit(x, y, validation_split=0.2, epochs=500)

    ## Use instead

        stop = keras.callbacks.EarlyStopping("val_loss", patience=5, restore_best_weights=True)
        model.fit(x, y, validation_split=0.2, epochs=500, callbacks=[stop])
    """
    count = min(len(history.loss), len(history.val_loss))
    if not history.val_loss:
        raise Skip("the history has no validation loss")
    loss, val_loss = finite_part(history.loss[:count])[0], finite_part(history.val_loss[:count])[0]
    if len(loss) < count or len(val_loss) < count or count < _EPOCHS:
        return
    best = int(val_loss.argmin())
    lowest, last = float(val_loss[best]), float(val_loss[-1])
    noise = noise_of(val_loss)
    rise = -gained(lowest, last, history.floor, noise)
    has_accuracy = len(history.accuracy) >= count and len(history.val_accuracy) >= count
    gap = history.accuracy[count - 1] - history.val_accuracy[count - 1] if has_accuracy else float("nan")
    spread = gained(last, float(loss[-1]), history.floor, noise)
    apart = gap > GAP.value if has_accuracy else spread > STEEP_RISE.value
    far = gap > FAR.value and loss[-1] < loss[0]
    if far:
        ends = f"{history.accuracy[count - 1]:.3g} in training and {history.val_accuracy[count - 1]:.3g} in validation"
        yield Found(
            "training",
            f"The accuracy is {ends}.",
            {"best_epoch": best + 1, "rise": rise, "accuracy_gap": gap},
            FAR.value,
            "Look whether validation data is of the same kind: `validation_split` takes the last rows, so shuffle "
            "sorted data first. Else collect more samples, or add augmentation and dropout.",
            "warning",
            0.7,
        )
    if far or not (apart and rise > RISE.value and loss[-1] < loss[best]):
        return
    worse = max(history.val_accuracy[:count]) - history.val_accuracy[count - 1] > WORSE.value if has_accuracy else True
    grave = rise > STEEP_RISE.value and count - best > 2 and (worse or gap > WIDE_GAP.value)
    yield Found(
        "training",
        f"The validation loss rose from {lowest:.4g} in epoch {best + 1} to {last:.4g}, while the training loss fell "
        f"from {loss[best]:.4g} to {loss[-1]:.4g}.",
        {"best_epoch": best + 1, "rise": rise, "accuracy_gap": gap},
        RISE.value,
        severity="warning" if grave else "advice",
        confidence=0.7,
        edits=(Edit("append", "fit", "callbacks", STOP),),
    )
