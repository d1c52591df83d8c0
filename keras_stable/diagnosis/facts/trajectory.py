"""What training looks like over time."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from keras_stable.diagnosis import progress
from keras_stable.diagnosis.facts.evaluation import Evaluation
from keras_stable.diagnosis.vocabulary import UNCHANGED, Task, TrialName


@dataclass(frozen=True)
class History:
    """The epochs of a `fit` that the user ran.

    Attributes:
        loss, accuracy, val_loss, val_accuracy: tuples of float, an entry an epoch; () where not logged. Where no
            `loss` is logged, the sum of the losses that are, unless they are rivals as in `Probe`.
        logs: mapping of every logged key to its tuple.
        task: as in `OutputEvaluation.task`, of the first output.
        majority_share: float; NaN for regression.
        constant_loss: float, loss of the best constant prediction; NaN where unknown.
        floor: float, the least loss that any answer can have on the training labels; NaN where unknown.
    """

    loss: tuple[float, ...] = ()
    accuracy: tuple[float, ...] = ()
    val_loss: tuple[float, ...] = ()
    val_accuracy: tuple[float, ...] = ()
    logs: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    task: Task = "classes"
    majority_share: float = 0.1
    constant_loss: float = 2.3026
    floor: float = 0.0


@dataclass(frozen=True)
class Trial:
    """The same short training from the same weights with one thing changed.

    Attributes:
        name: as in `vocabulary.TrialName`: "unchanged", "learning_rate/10", "standardized_inputs", ...
        steps: int.
        loss: float, data loss on the evaluation sample afterwards; infinite when it became NaN.
        accuracy: float; NaN for regression.
    """

    name: TrialName = UNCHANGED
    steps: int = 60
    loss: float = 1.0
    accuracy: float = 0.5


@dataclass(frozen=True)
class Probe:
    """A short training of a copy with the model's own optimizer, loss and batches.

    Attributes:
        steps: int, taken.
        seconds: float.
        stopped: "" or why it ended before its budget: "nonfinite", "time", "data".
        loss: tuple of float, the batch loss of each step; () where the step logs no total.
        accuracy: tuple of float, of each step's batch; () for regression.
        grad_norm, applied_norm: tuples of float, global gradient norm of each step before and after clips.
        finite: tuple of bool, of each step's gradients.
        variable_paths: tuple of str; variable_norms: tuple over variables of the median norm over steps.
        update_ratio: mapping of variable path to the median over steps of norm(update) / norm(weights).
        weight_growth: float, norm of all weights afterwards divided by that before.
        before, after: `Evaluation` on the same sample.
        dead_after: mapping of layer path to the share of dead units after the probe.
        trials: tuple of `Trial`; () unless the probe showed trouble.
        losses: mapping of every loss that the step logs, by name, to its values.
        rivals: bool, whether these are losses of several optimizers without a total: then none of them has to fall, and
            `loss` is ().
    """

    steps: int = 200
    seconds: float = 1.0
    stopped: str = ""
    loss: tuple[float, ...] = ()
    accuracy: tuple[float, ...] = ()
    grad_norm: tuple[float, ...] = ()
    applied_norm: tuple[float, ...] = ()
    finite: tuple[bool, ...] = ()
    variable_paths: tuple[str, ...] = ()
    variable_norms: tuple[float, ...] = ()
    update_ratio: Mapping[str, float] = field(default_factory=dict)
    weight_growth: float = 1.1
    before: Evaluation = field(default_factory=Evaluation)
    after: Evaluation = field(default_factory=Evaluation)
    dead_after: Mapping[str, float] = field(default_factory=dict)
    trials: tuple[Trial, ...] = ()
    losses: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    rivals: bool = False

    def trial(self, name: str) -> Trial | None:
        """Returns the trial of a name."""
        return next((trial for trial in self.trials if trial.name == name), None)

    def gain(self, name: str) -> float:
        """Returns which share of what the unchanged trial left to gain the trial of a name gains; NaN without both."""
        changed, unchanged = self.trial(name), self.trial(UNCHANGED)
        if changed is None or unchanged is None:
            return math.nan
        if not math.isfinite(unchanged.loss) or not math.isfinite(changed.loss):
            return float(math.isfinite(changed.loss)) - float(math.isfinite(unchanged.loss))
        return progress.gained(unchanged.loss, changed.loss, self.before.floor, progress.noise_of(self.loss))


@dataclass(frozen=True)
class Overfit:
    """A copy trained on one small batch, with dropout and augmentation off.

    Attributes:
        samples: int; steps: int.
        first_loss, last_loss: float, on that batch.
        error: float, share of wrong answers at the end (regression: 1 - R2, at most 1).
        best_rate: float, the learning rate that got there (the model's own and others are tried).
    """

    samples: int = 16
    steps: int = 60
    first_loss: float = 2.3
    last_loss: float = 0.01
    error: float = 0.0
    best_rate: float = 1e-3


@dataclass(frozen=True)
class ZeroedInputs:
    """The probe repeated with inputs of zeros, as far as it goes.

    Attributes:
        loss: float, on the evaluation sample after training on zeros, evaluated on zeros.
        real_loss: float, after the same steps on the real inputs.
        first_loss: float, before.
        steps: int, that each training took.
    """

    loss: float = 2.3
    real_loss: float = 0.5
    first_loss: float = 2.31
    steps: int = 100
