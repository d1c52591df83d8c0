"""A skipped step that leaves the model's other state untouched too: moving statistics, metrics, seeds."""

import functools
from typing import Any

import keras
import tensorflow as tf

from keras_stable.keras_check import check_model
from keras_stable.optimizers.gradient_ring import read_copy
from keras_stable.optimizers.history import guarded_optimizer


def keep_finite_state(model: keras.Model, *optimizers: Any) -> keras.Model:
    """Makes a batch that the optimizer skips leave no trace in the model at all, and returns the model.

    The optimizer acts after the forward pass, which by then has written the batch into the moving
    statistics of `BatchNormalization`, into the metrics, and has drawn from the seeds of `Dropout`. This
    wraps `model.train_step`: it keeps the values from before the step, and puts them back when the
    optimizer skipped it. Training then goes on as if the batch had not been in the data, bit for bit.

    Call it before `fit`; a model that is loaded from a file needs the call again. A custom training loop
    can call `model.train_step` as wrapped.

    Args:
        model: Compiled with an optimizer of `keras_stable.optimizers`, or a `LossScaleOptimizer` around
            one, by the time training begins.
        optimizers: Those that the model's own `train_step` uses, where that is not `model.optimizer`: the two of a
            GAN, say. The state is put back when any of them has skipped a step; what the others have updated stays.

    Raises:
        InvalidArgumentError: When the model is not one of Keras 3, or, as training begins, the optimizer is another.

    >>> import keras_stable
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.BatchNormalization(), keras.layers.Dense(1)])
    >>> model.compile(keras_stable.optimizers.SGD(0.1), "mse")
    >>> logs = keep_finite_state(model).fit(tf.fill([4, 1], float("nan")), tf.zeros([4, 1]), verbose=0)
    >>> model.layers[0].moving_mean.numpy().tolist(), logs.history["loss"]
    ([0.0], [0.0])
    """
    check_model(model)
    train_step = model.train_step
    if getattr(train_step, "keeps_finite_state", False):
        return model

    @functools.wraps(train_step)
    def guarded_train_step(*arguments: Any, **keywords: Any) -> Any:
        guarded = [guarded_optimizer(optimizer) for optimizer in optimizers or (model.optimizer,)]
        variables = _state(model)
        before = [read_copy(variable) for variable in variables]
        skipped_before = _skipped_steps(guarded)
        logs = train_step(*arguments, **keywords)
        skipped = _skipped_steps(guarded) > skipped_before

        def put_back() -> None:
            for variable, value in zip(variables, before, strict=True):
                tf.raw_ops.AssignVariableOp(resource=variable.value.handle, value=value)

        tf.cond(skipped, put_back, lambda: None)
        # The logs of this step were computed from the state that has just been put back.
        results = model.get_metrics_result()
        return results if results.keys() == logs.keys() else logs

    guarded_train_step.keeps_finite_state = True  # type: ignore[attr-defined]
    model.train_step = guarded_train_step
    model.train_function = None
    return model


def _state(model: keras.Model) -> list[keras.Variable]:
    unique = {id(variable): variable for variable in [*model.non_trainable_variables, *model.metrics_variables]}
    return list(unique.values())


def _skipped_steps(optimizers: list[Any]) -> tf.Tensor:
    # Before the first step of an unbuilt optimizer, nothing was skipped.
    rings = [optimizer.gradient_ring for optimizer in optimizers if optimizer.gradient_ring is not None]
    return sum((read_copy(ring.counts)[1] for ring in rings), tf.constant(0, tf.int64))
