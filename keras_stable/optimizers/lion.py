"""Lion with the gradient guard."""

from collections.abc import Sequence

import keras

from keras_stable.optimizers.gradient_guard import GradientGuard
from keras_stable.optimizers.signatures import LearningRate, keras_arguments


@keras.saving.register_keras_serializable(package="keras_stable")
class Lion(GradientGuard, keras.optimizers.Lion):
    """Lion (Chen et al. 2023) that clips each value and then the global norm, and records both norms.

    Args:
        learning_rate: float above 0, a `LearningRateSchedule`, or a callable without arguments.
        beta_1: float in (0, 1]. The share of the moment in the sign that makes the update.
        beta_2: float in [0, 1). How much of the moment a step keeps.
        weight_decay: float or None. The share of each weight that one step with learning rate 1 removes.
        clipnorm, clipvalue, global_clipnorm: float above 0, or None. All may be set: see `GradientGuard`.
        use_ema, ema_momentum, ema_overwrite_frequency: the moving average of the weights, as in Keras.
        loss_scale_factor: float or None. What the loss is multiplied by, and the gradients are divided by.
        gradient_accumulation_steps: int of at least 2, or None. An update takes the mean gradient of so many batches.
        name: str; None takes the one that Keras gives.
        agc_clipping, zclip, adagc, update_clip_rms, skip_spikes, history_size, record: see `GradientGuard`.

    Raises:
        InvalidArgumentError: When a clip or the history size cannot be right.

    >>> Lion(1e-3, 0.8, global_clipnorm=1.0).beta_1
    0.8
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = 10.0,
        global_clipnorm: float | None = 0.5,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        *,
        agc_clipping: float | None = None,
        zclip: float | None = None,
        history_size: int = 1024,
        record: str | Sequence[str] = (),
        adagc: float | None = None,
        update_clip_rms: float | None = None,
        skip_spikes: float | bool | None = None,
    ) -> None:
        super().__init__(**keras_arguments(Lion, locals()))
