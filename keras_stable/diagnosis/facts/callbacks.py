"""What the callbacks of a `fit` will do, found out by running Keras's own ones on a stand-in for the model."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Callback:
    """One of Keras's own callbacks, or one of a class derived from it.

    Attributes:
        kind: str, class name; of a class that the user derived from one of Keras's, that of Keras's.
        index: int, place among the callbacks.
        monitor: str, the key of the logs that it goes by; "" for one that goes by none.
        available: bool, whether the logs will have that key; True too where nobody can tell.
        written_later: bool, whether a later callback looks as if it writes the key.
        similar: str, the key that there is and that was probably meant; "" without one.
        mode: str, as given: "auto", "min" or "max".
        takes: str, "min" or "max", what it takes for better; "" where Keras refuses to tell, or it compares nothing.
        better: str, "min" or "max", in which direction the key in truth improves; "" where that is not known.
        measured: bool, whether that was measured on ideal and wrong answers, and not told by what the metric is.
        best_possible: float, the key's value for ideal answers; NaN where not measured.
        to_gain: float, by how much it is better than that of the answers to other rows; NaN where not measured.
        patience, start_from_epoch: int, in epochs; min_delta: float, as given, 0 or more.
        baseline: float; NaN without one.
        factor, min_lr: float, of a ReduceLROnPlateau.
        restores, saves_best: bool, whether it puts back the best weights, or saves only when the key has improved.
        save_freq: int, steps between two files; 0 where it goes by epochs.
        acts_after: int, epochs after which it stops a training, or lowers the rate, whose key improves in every epoch;
            0 where it does not within the plan.
        error: str, what `fit` would raise on its account; "".
        lost_to: str, the callback that undoes or forestalls what this one does; "".
        target: str, what an edit calls it: its own class, with its number where there are several; "" for `kind`.
    """

    kind: str = "EarlyStopping"
    index: int = 0
    monitor: str = "val_loss"
    available: bool = True
    written_later: bool = False
    similar: str = ""
    mode: str = "auto"
    takes: str = "min"
    better: str = "min"
    measured: bool = False
    best_possible: float = math.nan
    to_gain: float = math.nan
    patience: int = 5
    start_from_epoch: int = 0
    min_delta: float = 0.0
    baseline: float = math.nan
    factor: float = 0.1
    min_lr: float = 0.0
    restores: bool = False
    saves_best: bool = False
    save_freq: int = 0
    acts_after: int = 0
    error: str = ""
    lost_to: str = ""
    target: str = ""


@dataclass(frozen=True)
class Ending:
    """How a `fit` that is over ended.

    Attributes:
        epochs: int, trained; planned: int.
        by: int, `Callback.index` of the one that ended it, told by what it makes of the history; -1 for none.
        best: int, number of the epoch, from 1, whose value that callback took for the best; 0 without one.
        falling: bool, whether the training loss still fell by more than its noise when it ended.
    """

    epochs: int = 10
    planned: int = 10
    by: int = -1
    best: int = 0
    falling: bool = False


@dataclass(frozen=True)
class Callbacks:
    """Keras's own callbacks of a `fit`.

    Attributes:
        examined: tuple of `Callback`.
        own: int, how many others there are, which are not examined.
        keys: tuple of str, the keys that the logs will have; () where nobody can tell.
        epochs, steps: int, that are planned in all; None where not known.
        learning_rate: float, that training begins with.
        ending: `Ending` of the fit whose history was given; None without one.
    """

    examined: tuple[Callback, ...] = ()
    own: int = 0
    keys: tuple[str, ...] = ("loss", "accuracy", "val_loss", "val_accuracy")
    epochs: int | None = 10
    steps: int | None = 320
    learning_rate: float = 1e-3
    ending: Ending | None = None
