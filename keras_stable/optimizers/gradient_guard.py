"""The gradient guard: a mixin that measures, clips and guards the gradients of a Keras optimizer."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_stable.arguments import is_integer
from keras_stable.errors import invalid_argument
from keras_stable.keras_private import in_xla, replicas_merge, variable_index
from keras_stable.ops.norms import MeasuredNorms, measure_norms
from keras_stable.ops.replica_sums import replicas_in_step, sums_over_replicas
from keras_stable.ops.slices import dense, rows, summed, with_rows
from keras_stable.optimizers.clipping import CLIPS, checked_limit, clipped_alone
from keras_stable.optimizers.current_step import TracedStep, traced_step, tracing
from keras_stable.optimizers.finite_guard import one_branch_suffices, run_one, update_by_one_branch
from keras_stable.optimizers.history import GradientHistoryReader
from keras_stable.optimizers.hook_check import check_keras
from keras_stable.optimizers.layer_norms import layers_recorded
from keras_stable.optimizers.loss_scaling import adapt_loss_scale_optimizer
from keras_stable.optimizers.recording_guard import RecordingGuard
from keras_stable.optimizers.replica_update import ReplicaUpdate
from keras_stable.optimizers.signatures import GUARD_ARGUMENTS, named_arguments
from keras_stable.optimizers.slice_updates import updates_slices_as_dense
from keras_stable.optimizers.spike_guard import checked_sigmas, no_spike, noted_loss
from keras_stable.optimizers.update_clipping import UpdateClipping, check_update_clipping


class GradientGuard(UpdateClipping, ReplicaUpdate, RecordingGuard):
    """Measures, clips and guards the gradients of the Keras optimizer that it is mixed into.

    In each step: unscale, accumulate, sum over replicas, measure, clip values, clip norms, measure,
    and then, where every gradient is finite, weight decay and update. A step with a NaN or infinite
    gradient changes no weight, momentum, average, accumulator or iteration: it is counted in
    `skipped_steps` and recorded with `finite` False. With every clip None, the update is that of the
    Keras optimizer, to the bit.

    Args:
        clipvalue: float above 0, or None. Every value of a gradient is clipped to [-clipvalue, clipvalue].
        global_clipnorm: float above 0, or None. Then all gradients are scaled so that their common norm
            is at most this.
        clipnorm: float above 0, or None. The same for each variable's gradient, before the common norm.
        agc_clipping: float above 0, or None. Adaptive clipping (Brock et al. 2021): each unit's norm is
            held to this share of its weights' norm, after the values are clipped. The paper's is 0.01.
        zclip: float above 0, or None. Z-score clipping (Kumar et al. 2025): a common norm this many
            standard deviations above its running mean is pulled back, before `global_clipnorm`. The
            paper's is 2.5.
        adagc: float above 0, or None. AdaGC (Wang et al. 2025): each variable's norm is held to this multiple of the
            running mean of its own, after `clipnorm` and before `zclip`. The paper's is 1.05; in the first 100 steps
            the common norm is held to 1 instead.
        update_clip_rms: float above 0, or None. StableAdamW (Wortsman et al. 2023): the rate of a variable is divided
            by the root mean square of its `gradient / sqrt(second moment)` over this, where that is above 1. The
            paper's is 1. For Adam, AdamW, Nadam and RMSprop.
        skip_spikes: float above 0, True for 6, or None. SkipStep (OLMo, Levanter): a step whose global norm, or whose
            loss in `fit`, lies this many standard deviations above the mean of the last 128 is left out as one that
            is not finite is. None is before the 65th step.
        history_size: int above 0. How many steps `gradient_history` can look back.
        record: "all", or names among "weight_norm", "update_norm" and "second_moment_norm". What the history keeps of
            each variable in each step beside its gradient norms: see `GradientHistory`. Default none.
        arguments: Positional arguments of the Keras optimizer.
        keywords: Keyword arguments of the Keras optimizer.

    Raises:
        InvalidArgumentError: When a clip or the history size cannot be right.
        UnsupportedKerasError: When the installed Keras does not have the known hooks.
    """

    def __init__(
        self,
        *arguments: Any,
        clipvalue: float | None = 10.0,
        global_clipnorm: float | None = 0.5,
        clipnorm: float | None = None,
        agc_clipping: float | None = None,
        zclip: float | None = None,
        history_size: int = 1024,
        record: str | Sequence[str] = (),
        adagc: float | None = None,
        update_clip_rms: float | None = None,
        skip_spikes: float | bool | None = None,
        **keywords: Any,
    ) -> None:
        check_keras(type(self))
        limits = dict(zip(CLIPS, (clipvalue, global_clipnorm, clipnorm, agc_clipping, zclip, adagc), strict=True))
        named = named_arguments(type(self), arguments) if arguments else None
        if named is not None:
            # A clip may be among the arguments that came by position.
            arguments = ()
            limits |= {name: named.pop(name) for name in CLIPS if name in named}
        limits = {name: checked_limit(name, limit) for name, limit in limits.items()}
        sigmas, rms = checked_sigmas(skip_spikes), checked_limit("update_clip_rms", update_clip_rms)
        if not is_integer(history_size, at_least=1):
            raise invalid_argument("history_size", "an integer above 0", history_size)
        super().__init__(*arguments, **(named or {}), **keywords)
        # Keras refuses several clips together, so its own constructor is told of none: a clip that is set by now is one
        # that the user's class sets itself.
        for name, limit in limits.items():
            if getattr(self, name, None) is None:
                setattr(self, name, limit)
        self.history_size: int = int(history_size)
        self.gradient_ring = None
        self.record = record
        self.skip_spikes = sigmas
        self.update_clip_rms = rms
        check_update_clipping(self)
        self.history_reader = GradientHistoryReader(self, from_start=True)
        adapt_loss_scale_optimizer()

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[keras.Variable] | None = None) -> None:
        """Updates the variables, or, when a gradient is not finite, records a skipped step."""
        if trainable_variables is not None and not self.built:
            with keras.name_scope(self.name, caller=self):
                self.build(list(trainable_variables))
        built_with = [] if self.gradient_ring is None else self.gradient_ring.variables
        variables = list(built_with if trainable_variables is None else trainable_variables)
        if self.built and len(grads) not in (0, len(variables)):
            raise invalid_argument("grads", f"{len(variables)} gradients, one for each variable", len(grads))
        if self.built and self._knows(variables) and any(map(_is_gradient, grads, variables)):
            self._guarded_apply(list(grads), variables)
        else:
            # What Keras refuses, it refuses in its own words.
            super().apply(grads, trainable_variables)

    def clip_gradients(self, gradients: list[tf.Tensor]) -> list[tf.Tensor]:
        """Clips and records the gradients that are about to be used; outside of `apply`, it only clips them."""
        step = traced_step()
        if step is None:
            return clipped_alone(gradients, self)
        if len(gradients) != len(step.variables):
            raise invalid_argument("optimizer", "one whose `apply` updates every variable that it is given", self)
        step.reached = True
        measured = step.measured
        # They differ where they were unscaled or accumulated, or where a user's own `apply` has changed them.
        same = all(one is other for one, other in zip(gradients, step.gradients, strict=True))
        slices = gradients if same else [dense(gradient) for gradient in gradients]
        fitting = [rows(gradient) for gradient in slices]
        if not same:
            measured = measure_norms(fitting, self.clipvalue, self._clipping.dtype)
        if self.clips and not (same and step.values_fit):
            fitting = self._clipping.clip_values(fitting)
        clipped = self._clipping(fitting, step.variables, measured)
        self._record(step.variables, measured.global_norm, measured.norms, clipped.global_norm, clipped.norms)
        return list(map(with_rows, slices, clipped.gradients)) if self.clips else gradients

    @property
    def clips(self) -> bool:
        """Whether any clip is set."""
        return self._clipping.active

    def get_config(self) -> dict[str, Any]:
        """Returns the config of the Keras optimizer with the arguments of the guard."""
        names = [name for name in GUARD_ARGUMENTS if name != "record"]
        return {**super().get_config(), **{name: getattr(self, name) for name in names}, "record": list(self.record)}

    def _knows(self, variables: list[Any]) -> bool:
        try:
            return all(variable_index(self, variable) is not None for variable in variables)
        except KeyError:
            return False

    def _guarded_apply(self, grads: list[Any], variables: list[Any]) -> None:
        replicas = replicas_in_step()
        if replicas > 1 and in_xla() and replicas_merge():
            must_be = "False with replicas on these devices, as XLA cannot sum over them"
            raise invalid_argument("jit_compile", must_be, True)
        kept = [i for i, gradient in enumerate(grads) if _is_gradient(gradient, variables[i])]
        kept_variables = [variables[i] for i in kept]
        places = [variable_index(self, variable) for variable in kept_variables]
        stepwise = not (self.gradient_accumulation_steps or self.loss_scale_factor)
        sparse = replicas == 1 and stepwise and (not self.clips or updates_slices_as_dense(self))
        gradients = sums_over_replicas([(summed if sparse else dense)(grads[i]) for i in kept])
        if replicas > 1 or self.clips or not stepwise:
            # Otherwise the update is Keras's own to the bit, also where an index repeats.
            grads = _replaced(grads, kept, gradients)
        tensors = [rows(gradient) for gradient in gradients]
        keras_apply = super().apply

        def update(grads: list[Any], measured: MeasuredNorms, values_fit: bool = False) -> None:
            step = TracedStep(kept_variables, [grads[i] for i in kept], measured, values_fit)
            with tracing(step), layers_recorded(self, places):
                keras_apply(grads, variables)
            if not (step.reached or self.gradient_accumulation_steps):
                raise invalid_argument("optimizer", "one that updates through `apply` of Keras, which clips", self)

        def skip(norm: tf.Tensor, norms: tf.Tensor) -> None:
            scale = self.loss_scale_factor or 1
            self._record(kept_variables, norm / scale, norms / scale)

        if stepwise and self.clips and one_branch_suffices():

            def update_fitting(tensors: Sequence[tf.Tensor], measured: MeasuredNorms) -> None:
                fitting = list(map(with_rows, gradients, tensors))
                update(_replaced(grads, kept, fitting), measured, values_fit=True)

            update_by_one_branch(tensors, self._clipping, update_fitting, skip, self._takes)
        else:
            measured = measure_norms(tensors, self.clipvalue if stepwise else None, self._clipping.dtype)
            # The sum of as many accumulated gradients, each as large as this one, must not overflow either.
            norm = measured.global_norm * (self.gradient_accumulation_steps or 1)
            finite = tf.math.is_finite(norm)
            recorded = tf.where(finite, measured.global_norm, norm)
            taken = self._takes(measured.global_norm / (self.loss_scale_factor or 1))
            finite = finite if taken is None else tf.logical_and(finite, taken)
            run_one(finite, update, (grads, measured), skip, (recorded, measured.norms), spliced=not self.clips)

    def _takes(self, norm: tf.Tensor) -> tf.Tensor | None:
        """Returns whether the step is no spike, a scalar bool tensor; None where spikes are not looked for."""
        windows = None if self.guard_state is None else self.guard_state.spike_windows
        if self.skip_spikes is None or windows is None:
            return None
        return no_spike(windows, norm, noted_loss(self, norm.dtype.name), self.skip_spikes)


def _is_gradient(gradient: Any, variable: Any) -> bool:
    # float8 layers hand new scales on as if they were gradients; Keras assigns them as they are.
    return gradient is not None and not getattr(variable, "overwrite_with_gradient", False)


def _replaced(items: Sequence[Any], places: list[int], others: Sequence[Any]) -> list[Any]:
    replacements = dict(zip(places, others, strict=True))
    return [replacements.get(i, item) for i, item in enumerate(items)]
