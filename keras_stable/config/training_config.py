"""The `loss`, `optimizer` and `fit` sections."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from keras_stable.config.section import (
    Conflict,
    Fraction,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    Section,
)
from keras_stable.frequency import FREQUENCY_FORM, FREQUENCY_PATTERN

ClassWeights = Annotated[
    dict[NonNegativeInt, NonNegativeFloat],
    Field(min_length=1, json_schema_extra={"errorMessage": "a mapping of class ids to numbers >= 0"}),
]

HowOften = Annotated[str, Field(pattern=FREQUENCY_PATTERN, json_schema_extra={"errorMessage": FREQUENCY_FORM})]


class LossConfig(Section):
    """Cross-entropy from logits."""

    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of the target that is spread over all classes."""
    focal_gamma: PositiveFloat | None = None
    """The focusing parameter of the focal loss; null is the plain cross-entropy."""


class OptimizerConfig(Section):
    """The optimizer, its learning rate and its clips (each value first, then the norms)."""

    name: Literal["adamw", "adam", "sgd", "lion"] = "adamw"
    """The optimizer of Keras that is guarded."""
    learning_rate: PositiveFloat = 0.001
    """The rate; with a schedule, its largest value."""
    learning_rate_schedule: Literal["constant", "cosine"] = "constant"
    """Cosine falls to a hundredth of the rate at the last step."""
    warmup_epochs: NonNegativeFloat = 0.0
    """Epochs in which the learning rate climbs from zero."""
    weight_decay: NonNegativeFloat | None = 1e-4
    """Decoupled weight decay; null is none."""
    clipvalue: PositiveFloat | None = 10.0
    """First, every value of the gradient is clipped to this; null does not clip."""
    global_clipnorm: PositiveFloat | None = 0.5
    """Then the norm of the whole gradient is clipped to this; null does not clip."""
    clipnorm: PositiveFloat | None = None
    """The norm of each variable's gradient is clipped to this; null does not clip."""
    use_ema: bool = False
    """Validate, and end, with the moving average of the weights."""
    ema_momentum: Fraction = 0.99
    """Share of the old average that each step keeps."""
    momentum: Fraction = 0.0
    """For `sgd` only."""

    def conflicts(self) -> Iterator[Conflict]:
        if self.momentum and self.name != "sgd":
            reason = f"0 (momentum is for sgd and the optimizer is {self.name})"
            yield Conflict(("optimizer", "momentum"), reason, self.momentum, (("optimizer", "name"),))
        if not self.use_ema and self.ema_momentum != type(self).model_fields["ema_momentum"].default:
            reason = "left out, as `optimizer.use_ema` is false"
            yield Conflict(("optimizer", "ema_momentum"), reason, self.ema_momentum, (("optimizer", "use_ema"),))


Monitored = Literal[
    "loss",
    "accuracy",
    "unique_classes",
    "effective_classes",
    "top_class_share",
    "val_loss",
    "val_accuracy",
    "val_unique_classes",
    "val_effective_classes",
    "val_top_class_share",
    "grad_norm",
    "grad_norm_max",
]


class EarlyStopping(Section):
    """Ends the run when a logged value no longer improves."""

    monitor: Monitored = "val_loss"
    """Key of `logs` that is watched."""
    patience: NonNegativeInt = 5
    """Epochs without improvement before the run ends."""
    min_delta: NonNegativeFloat = 0.0
    """Change that counts as an improvement."""

    @property
    def mode(self) -> Literal["max", "min"]:
        """Whether larger or smaller values are better."""
        return "max" if self.monitor.endswith(("accuracy", "unique_classes", "effective_classes")) else "min"


class StabilityGuardConfig(Section):
    """Watches every step, and does what it is told when the training breaks; see `callbacks.StabilityGuard`."""

    action: Literal["rollback", "stop", "warn"] = "rollback"
    """What is done."""
    max_rollbacks: NonNegativeInt = 3
    """Rollbacks after which the run stops."""
    rate_factor: Annotated[float, Field(gt=0, le=1)] = 0.5
    """What a rollback multiplies the learning rate by."""
    on_disk: bool = False
    """Keep the snapshots in the run directory, and not in memory."""
    keep_batches: NonNegativeInt = 32
    """Batches around each event that are kept for `keras-stable replay`."""


class FitConfig(Section):
    """What the training loop is told."""

    epochs: PositiveInt = 20
    """Passes over the training samples."""
    batch_size: PositiveInt = 32
    """Samples of each step."""
    class_weight: Literal["balanced"] | ClassWeights | None = None
    """`balanced` weighs each class by the inverse of its count; or a weight for each class id."""
    mixed_precision: Literal["mixed_float16", "mixed_bfloat16"] | None = None
    """The dtype policy; null is float32. Loss scaling comes with float16."""
    early_stopping: EarlyStopping | None = None
    stability_guard: StabilityGuardConfig | None = None
    normalization_update_epochs: NonNegativeInt = 1
    """How many epochs pass until the feature normalization is adapted again; 0 adapts it once, before training."""
    checkpoint_every: HowOften | None = "1 epoch"
    """How often a checkpoint is written, from which a killed run goes on: epochs, steps or seconds; null is never."""
    jit_compile: bool = False
    """Compile the step with XLA."""
    steps_per_execution: PositiveInt = 1
    """Steps that run in one call."""
    verbose: Literal["auto"] | Annotated[int, Field(ge=0, le=2)] = "auto"
    """0 silent, 1 a line an epoch under a progress bar, 2 the line alone; auto is 1 on a terminal, 2 elsewhere."""
