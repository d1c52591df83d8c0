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
    Text,
)

ClassWeights = Annotated[
    dict[NonNegativeInt, NonNegativeFloat],
    Field(min_length=1, json_schema_extra={"errorMessage": "a mapping of class ids to numbers >= 0"}),
]


class LossConfig(Section):
    """Cross-entropy from logits."""

    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    focal_gamma: PositiveFloat | None = None
    """The focusing parameter of the focal loss; null is the plain cross-entropy."""


class OptimizerConfig(Section):
    """The optimizer, its learning rate and its clips (each value first, then the norms)."""

    name: Literal["adamw", "adam", "sgd", "lion"] = "adamw"
    learning_rate: PositiveFloat = 0.001
    learning_rate_schedule: Literal["constant", "cosine"] = "constant"
    warmup_epochs: NonNegativeFloat = 0.0
    """Epochs in which the learning rate climbs from zero."""
    weight_decay: NonNegativeFloat | None = 1e-4
    clipvalue: PositiveFloat | None = 10.0
    global_clipnorm: PositiveFloat | None = 0.5
    clipnorm: PositiveFloat | None = None
    use_ema: bool = False
    """Validate, and end, with the moving average of the weights."""
    ema_momentum: Fraction = 0.99
    momentum: Fraction = 0.0
    """For `sgd` only."""

    def conflicts(self) -> Iterator[Conflict]:
        if self.momentum and self.name != "sgd":
            reason = f"0 (momentum is for sgd and the optimizer is {self.name})"
            yield Conflict(("optimizer", "momentum"), reason, self.momentum, (("optimizer", "name"),))
        if not self.use_ema and self.ema_momentum != type(self).model_fields["ema_momentum"].default:
            reason = "left out, as `optimizer.use_ema` is false"
            yield Conflict(("optimizer", "ema_momentum"), reason, self.ema_momentum, (("optimizer", "use_ema"),))


class EarlyStopping(Section):
    """Ends the run when a logged value no longer improves."""

    monitor: Text = "val_loss"
    patience: NonNegativeInt = 5
    """Epochs without improvement before the run ends."""
    min_delta: NonNegativeFloat = 0.0


class FitConfig(Section):
    """What the training loop is told."""

    epochs: PositiveInt = 20
    batch_size: PositiveInt = 32
    class_weight: Literal["balanced"] | ClassWeights | None = None
    """`balanced` weighs each class by the inverse of its count; or a weight for each class id."""
    mixed_precision: Literal["mixed_float16", "mixed_bfloat16"] | None = None
    early_stopping: EarlyStopping | None = None
    normalization_update_epochs: NonNegativeInt = 1
    """The feature normalization is adapted again every so many epochs; 0 adapts it once, before training."""
    jit_compile: bool = False
    steps_per_execution: PositiveInt = 1
    verbose: Annotated[int, Field(ge=0, le=2)] = 2
