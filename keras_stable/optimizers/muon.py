"""Muon with the gradient guard."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_stable.keras_private import variable_index
from keras_stable.optimizers.gradient_guard import GradientGuard
from keras_stable.optimizers.signatures import LearningRate, keras_arguments


@keras.saving.register_keras_serializable(package="keras_stable")
class Muon(GradientGuard, keras.optimizers.Muon):
    """Muon (Jordan et al. 2024) that clips each value and then the global norm, and records both norms.

    The defaults are those of Keras 3.13 and later. Before, Keras has others, and it has neither `adam_weight_decay`
    nor `rms_rate`: there these two must be left alone.

    Args:
        learning_rate: float above 0, a `LearningRateSchedule`, or a callable without arguments.
        adam_beta_1, adam_beta_2, adam_weight_decay, epsilon: AdamW's, for the variables that are no matrix.
        weight_decay: float or None. The share of each weight that one step with learning rate 1 removes.
        exclude_layers: regular expressions; a matrix whose path one is found in gets AdamW.
        exclude_embeddings: bool. Whether embeddings get AdamW.
        muon_a, muon_b, muon_c, ns_steps: float and int. The iteration of Newton and Schulz.
        adam_lr_ratio: float. AdamW's learning rate, as a share of `learning_rate`.
        momentum, nesterov: float in [0, 1] and bool. The momentum of a matrix.
        rms_rate: float or None. The root mean square of an update at rate 1 (Liu et al. 2025).
        clipnorm, clipvalue, global_clipnorm: float above 0, or None. All may be set: see `GradientGuard`.
        use_ema, ema_momentum, ema_overwrite_frequency: the moving average of the weights, as in Keras.
        loss_scale_factor: float or None. What the loss is multiplied by, and the gradients are divided by.
        gradient_accumulation_steps: int of at least 2, or None. An update takes the mean gradient of so many batches.
        name: str; None takes the one that Keras gives.
        agc_clipping, zclip, adagc, update_clip_rms, skip_spikes, history_size, record: see `GradientGuard`.

    Raises:
        InvalidArgumentError: When a clip or the history size cannot be right.

    >>> Muon(1e-3, exclude_layers=["readout"], global_clipnorm=1.0).global_clipnorm
    1.0
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float | None = 0.004,
        clipnorm: float | None = None,
        clipvalue: float | None = 10.0,
        global_clipnorm: float | None = 0.5,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.775,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        *,
        agc_clipping: float | None = None,
        zclip: float | None = None,
        history_size: int = 1024,
        record: str | Sequence[str] = (),
        adagc: float | None = None,
        update_clip_rms: float | None = None,
        skip_spikes: float | bool | None = None,
    ) -> None:
        super().__init__(**keras_arguments(Muon, locals()))

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Updates one variable as Keras does."""
        if hasattr(self, "adam_momentums") and not hasattr(variable, "path") and self.gradient_ring is not None:
            # This Keras finds its moments by a path, which it does not give to the variables of TensorFlow.
            variable.path = self.gradient_ring.paths[variable_index(self, variable)]
        super().update_step(gradient, variable, learning_rate)
