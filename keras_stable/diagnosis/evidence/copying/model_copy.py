"""A copy of a compiled model that shares no variable with it, for everything that an audit does to a model."""

from typing import Any

import keras

from keras_stable.diagnosis.evidence.copying.function_copy import COPY_ERRORS
from keras_stable.diagnosis.evidence.copying.guarding import guard_in_place
from keras_stable.diagnosis.evidence.copying.object_copy import ObjectCopier
from keras_stable.errors import InvalidArgumentError, invalid_argument
from keras_stable.keras_private import flatten_layers, takes_training_argument
from keras_stable.optimizers.guard_state import state_variables

_TRACED = ("train_function", "test_function", "predict_function")


def copy_model(model: keras.Model, batch: Any = None, called: bool = True, guarded: bool = True) -> keras.Model:
    """Returns a copy of a compiled model: weights, loss, metrics, optimizer with its settings and state.

    It is made attribute by attribute, so it needs neither `get_config` nor registered classes, and takes custom
    steps, closures and `Lambda` layers along. It shares no variable with the original. Its optimizer carries
    the gradient guard (see `guard_in_place`, also for those that stay without), so `gradient_history` begins
    with the copy's first step and a step that is not finite leaves the weights finite. It takes one step an
    execution, and traces its functions anew.

    Args:
        model: Compiled; built, unless a batch is given.
        batch: What builds the copy of an unbuilt model: inputs as the model takes them, or an object whose
            attribute `x` they are. The model itself stays unbuilt.
        called: Whether the model is ever called as a whole, and so has to be built.
        guarded: Whether its optimizer gets the gradient guard; without it, it trains as the original does.

    Raises:
        InvalidArgumentError: When the model is not compiled, not built, or holds what cannot be copied, such as
            trainable variables inside a function that was loaded from a SavedModel.

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> copied = copy_model(model)
    >>> copied.layers[0].kernel.assign(keras.ops.zeros((2, 1))) is not None
    True
    >>> bool(keras.ops.any(model.layers[0].kernel != 0))
    True
    """
    if not isinstance(model, keras.Model) or not model.compiled:
        raise invalid_argument("model", "a compiled keras.Model: call `model.compile(...)` first", model)
    if called and not model.built and batch is None:
        raise invalid_argument("model", "built: call it on a batch, or give it a keras.Input", model)
    try:
        # A variable that is spread over devices can only be copied under the strategy that made it.
        with model.distribute_strategy.scope():
            copier = ObjectCopier()
            # Models inside, such as a teacher that was trained before, have traced functions of their own.
            for layer in flatten_layers(model):
                for name in _TRACED if isinstance(layer, keras.Model) else ():
                    copier.leave_out(getattr(layer, name, None))
            copied = copier.copy(model)
            if guarded:
                guard_in_place(copied.optimizer)
    except COPY_ERRORS as error:
        raise InvalidArgumentError(
            f"`model` must be copyable, so that the original is never trained: {error}"
        ) from error
    copied.steps_per_execution = 1
    copied.stop_training = False
    if batch is not None and not all(layer.built for layer in flatten_layers(copied)):
        _build(copied, getattr(batch, "x", batch))
    _check_apart(model, copied)
    return copied


def _build(model: keras.Model, inputs: Any) -> None:
    inputs = keras.tree.map_structure(keras.ops.convert_to_tensor, inputs)
    if takes_training_argument(model):
        model(inputs, training=False)
    else:
        model(inputs)


def _check_apart(model: keras.Model, copied: keras.Model) -> None:
    own = {id(variable.value): variable.path for variable in _variables(model)}
    shared = sorted({own[id(variable.value)] for variable in _variables(copied) if id(variable.value) in own})
    if shared:
        raise InvalidArgumentError(f"`model` must be copyable. Received: a model whose copy would share {shared}")


def _variables(model: keras.Model) -> list[keras.Variable]:
    # Metrics of a loaded model and of a nested one are among the model's own.
    optimizer = getattr(model, "optimizer", None)
    return [*model.variables, *model.metrics_variables, *(state_variables(optimizer) if optimizer is not None else ())]
