"""Every private name of Keras and TensorFlow that the package uses, behind a function of its own.

Each docstring says which names it stands for; `test_<name of the function>` breaks where a release changes one.
"""

import functools
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf
from keras.src.backend.common import global_state as _global_state
from keras.src.backend.tensorflow import trainer as _trainer
from keras.src.models.functional import Functional as _Functional
from tensorflow.python.eager import context as _eager_context
from tensorflow.python.framework import config as _config
from tensorflow.python.framework import op_callbacks as _op_callbacks
from tensorflow.python.ops import control_flow_util as _control_flow_util
from tensorflow.python.ops import stateful_random_ops as _stateful_random_ops

# The code of `fit` itself, inside of what shortens its tracebacks.
_FIT = inspect.unwrap(_trainer.TensorFlowTrainer.fit).__code__

_Optimizer: Any = object  # a mixin's: the Keras optimizer comes after it, where Any lets type checkers look


class KerasHooks(_Optimizer):
    """The hooks of an optimizer under public names.

    They are `_backend_apply_gradients`, and in it `_clip_gradients`, then `_apply_weight_decay`, and then
    `_all_reduce_sum_gradients`.
    """

    def clip_gradients(self, gradients: list[tf.Tensor]) -> list[tf.Tensor]:
        """Returns the gradients as the update shall use them: they are unscaled, and nothing is updated yet."""
        raise NotImplementedError

    def sum_gradients(self, gradients: Sequence[Any]) -> list[Any]:
        """Returns pairs of gradient and variable as they are: the gradient guard has summed over replicas before."""
        return list(gradients)

    def update_in_step(self, gradients: list[Any], variables: list[Any]) -> None:
        """Clips, decays, updates, accumulates and averages: all of `_backend_apply_gradients`."""
        super()._backend_apply_gradients(gradients, variables)

    def decay_weights(self, variables: list[Any]) -> None:
        """Decays the weights before the update, with the rate of the optimizer."""
        super()._apply_weight_decay(variables)

    def _backend_apply_gradients(self, grads: list[Any], trainable_variables: list[Any]) -> None:
        self.update_in_step(list(grads), list(trainable_variables))

    def _apply_weight_decay(self, variables: list[Any]) -> None:
        self.decay_weights(variables)

    def _clip_gradients(self, grads: list[tf.Tensor]) -> list[tf.Tensor]:
        return self.clip_gradients(grads)

    def _all_reduce_sum_gradients(self, grads_and_vars: Sequence[Any]) -> list[Any]:
        return self.sum_gradients(grads_and_vars)


@contextmanager
def clips_watched(optimizer: Any, around: Callable[..., list[Any]]) -> Iterator[None]:
    """Has `around(gradients, keras_clip)` called in the place of `Optimizer._clip_gradients` of this one object."""
    keras_clip = optimizer._clip_gradients
    optimizer._clip_gradients = lambda gradients: around(gradients, keras_clip)
    try:
        yield
    finally:
        del optimizer._clip_gradients


@contextmanager
def sums_watched(optimizer: Any, watch: Callable[[list[Any]], None]) -> Iterator[None]:
    """Has `watch(gradients)` called with what `Optimizer._all_reduce_sum_gradients` of this one object returns."""
    keras_sum = optimizer._all_reduce_sum_gradients

    def summed(grads_and_vars: Any) -> Any:
        pairs = keras_sum(grads_and_vars)
        watch([gradient for gradient, _ in pairs])
        return pairs

    optimizer._all_reduce_sum_gradients = summed
    try:
        yield
    finally:
        del optimizer._all_reduce_sum_gradients


def strategy_of(optimizer: Any) -> Any:
    """Returns the strategy in whose scope an optimizer was made: `_distribution_strategy`."""
    return optimizer._distribution_strategy


def missing_hooks(optimizer_class: type) -> list[str]:
    """Returns missing ones: `_clip_gradients`, `_all_reduce_sum_gradients`, `_stateful_handle_non_finite_grads`."""
    hooks = dict.fromkeys(("_clip_gradients", "_all_reduce_sum_gradients"), optimizer_class)
    hooks["_stateful_handle_non_finite_grads"] = keras.optimizers.LossScaleOptimizer
    return [f"{owner.__name__}.{name}" for name, owner in hooks.items() if not callable(getattr(owner, name, None))]


def report_loss_scale_skips() -> None:
    """Lets every `LossScaleOptimizer` tell a guarded inner optimizer of the steps that it skips.

    `LossScaleOptimizer._stateful_handle_non_finite_grads` runs instead of its inner optimizer, which has no reference
    to its wrapper, so this cannot be done for one instance. Nothing is told one without `record_skipped_step`.
    """
    owner = keras.optimizers.LossScaleOptimizer
    original = owner._stateful_handle_non_finite_grads
    if getattr(original, "tells_guard", False):
        return

    @functools.wraps(original)
    def skip(self: Any) -> None:
        original(self)
        record = getattr(self.inner_optimizer, "record_skipped_step", None)
        if record is not None:
            record()

    skip.tells_guard = True  # type: ignore[attr-defined]
    owner._stateful_handle_non_finite_grads = skip


def variable_index(optimizer: Any, variable: Any) -> int:
    """Returns the place of a variable among the optimizer's, or raises a KeyError: `Optimizer._get_variable_index`."""
    return optimizer._get_variable_index(variable)


def adam_moments(optimizer: Any, variable: Any) -> tuple[Any, Any, Any | None]:
    """Returns the moments for a variable: `Adam._momentums`, `_velocities`, and with `amsgrad` `_velocity_hats`."""
    index = variable_index(optimizer, variable)
    largest = optimizer._velocity_hats[index] if optimizer.amsgrad else None
    return optimizer._momentums[index], optimizer._velocities[index], largest


def applied_batches(optimizer: Any) -> Any:
    """Returns the variable that counts the calls of `apply`, those that only accumulate too: `_iterations`."""
    return optimizer._iterations


def decays(optimizer: Any, variable: Any) -> bool:
    """Returns whether the weights of a variable decay: `Optimizer._use_weight_decay`."""
    return optimizer._use_weight_decay(variable)


def second_moments(optimizer: Any) -> list[Any | None]:
    """Returns what an optimizer of Keras keeps of squared gradients for each of its variables, or None.

    `_velocities`, of Adadelta `_accumulated_grads`, and of Muon `adam_velocities`, by the path in older versions.
    """
    places = {"_velocities": ("Adam", "Nadam", "Lamb", "RMSprop"), "_accumulated_grads": ("Adadelta",)}
    variables = own_variables(optimizer)
    for name, kinds in {**places, "adam_velocities": ("Muon",)}.items():
        if any(isinstance(optimizer, getattr(keras.optimizers, kind, ())) for kind in kinds):
            kept = getattr(optimizer, name)
            return [kept.get(variable.path) for variable in variables] if isinstance(kept, dict) else list(kept)
    return [None] * len(variables)


def moving_average_pairs(optimizer: Any) -> list[tuple[Any, Any]]:
    """Returns each variable with the average that `use_ema` keeps: `Optimizer._model_variables_moving_average`."""
    return list(zip(own_variables(optimizer), optimizer._model_variables_moving_average, strict=True))


def update_at_once(optimizer: Any, gradients: list[Any], variables: list[Any]) -> None:
    """Clips, decays and updates: `_clip_gradients`, then `_apply_weight_decay`, then `_backend_update_step`."""
    gradients = optimizer._clip_gradients(gradients)
    optimizer._apply_weight_decay(variables)
    optimizer._backend_update_step(gradients, variables, optimizer.learning_rate)


def gradient_accumulators(optimizer: Any, variables: Sequence[Any]) -> list[Any]:
    """Returns what an optimizer sums up the gradients of these variables in: `_accumulated_gradients`."""
    return [optimizer._accumulated_gradients[variable_index(optimizer, variable)] for variable in variables]


def average_weights(optimizer: Any) -> None:
    """Takes the weights into their averages, with `use_ema`: `_update_model_variables_moving_average`."""
    optimizer._update_model_variables_moving_average(own_variables(optimizer))


def overwrite_with_averages(optimizer: Any) -> None:
    """Overwrites weights, outside of any replica: `_overwrite_model_variables_with_average_value`."""
    optimizer._overwrite_model_variables_with_average_value(own_variables(optimizer))


def own_variables(owner: Any) -> list[Any]:
    """Returns `_trainable_variables`: what an optimizer was built with, or what a layer holds outside of sublayers."""
    return list(owner._trainable_variables)


def own_metrics(layer: Any) -> list[Any]:
    """Returns the metrics that a layer holds outside of sublayers: `Layer._metrics`."""
    return list(layer._metrics)


def learning_rate_source(optimizer: Any) -> Any:
    """Returns `Optimizer._learning_rate`: the schedule, the callable, or the variable that holds the rate."""
    return getattr(optimizer, "_learning_rate", None)


def replace_learning_rate_source(optimizer: Any, source: Any) -> None:
    """Sets `Optimizer._learning_rate`: the public setter refuses to replace a schedule."""
    optimizer._learning_rate = source


def home_in_keras(kind: type) -> list[str]:
    """Returns in which module below `keras.src` Keras defines a class, part by part; none for a class of others."""
    return kind.__module__.split(".")[2:] if kind.__module__.startswith("keras.src.") else []


def flatten_layers(model: Any, *, include_self: bool = True, recursive: bool = True) -> list[Any]:
    """Returns a layer and its sublayers, those without a public attribute included: `Layer._flatten_layers`."""
    return list(model._flatten_layers(include_self=include_self, recursive=recursive))


def recorded_input_shapes(model: Any) -> dict[str, Any] | None:
    """Returns the shapes of the first call by name of the argument, `input_shape` of `input`: `_build_shapes_dict`."""
    return getattr(model, "_build_shapes_dict", None) or None


def takes_training_argument(layer: Any) -> bool:
    """Returns whether `call` takes `training`, or may: `Layer._call_has_training_arg`."""
    return getattr(layer, "_call_has_training_arg", True)


def compiled_parts(model: Any) -> list[Any]:
    """Returns what `compile` made, as far as it is there: `_compile_loss`, `_compile_metrics`, `_loss_tracker`."""
    names = ("_compile_loss", "_compile_metrics", "_loss_tracker")
    return [getattr(model, name) for name in names if getattr(model, name, None) is not None]


def compile_metrics(model: Any) -> Any | None:
    """Returns what holds the metrics that `compile` was given, or None: `Trainer._compile_metrics`."""
    return getattr(model, "_compile_metrics", None)


def own_attributes(owner: Any) -> list[tuple[str, Any]]:
    """Returns the attributes of a layer without `_layers`, in which Keras keeps the layers of all the others."""
    return [(name, value) for name, value in vars(owner).items() if name != "_layers"]


def tracker_of(owner: Any) -> Any | None:
    """Returns where Keras keeps what an object tracks: `_tracker` of a layer, a metric or an optimizer."""
    return getattr(owner, "_tracker", None)


def compile_arguments(model: Any) -> dict[str, Any]:
    """Returns what `compile` was given, by argument: the contents of `Trainer._compile_config`."""
    return dict(model._compile_config.config)


def is_functional(model: Any) -> bool:
    """Returns whether a model is a graph of layers: an instance of `keras.src.models.functional.Functional`."""
    return isinstance(model, _Functional)


def metrics_given_to_compile(metric: Any) -> Any | None:
    """Returns the metrics as `compile` got them, also before the first batch: `CompileMetrics._user_metrics`."""
    return getattr(metric, "_user_metrics", None)


def fresh_losses(model: Any, y: Any, answer: Any) -> tuple[Any, list[Any]] | None:
    """Returns output names and the losses: `_compile_loss`, its `_user_loss`, `_user_loss_weights`, `_flat_losses`."""
    if (own := getattr(model, "_compile_loss", None)) is None:
        return None
    (fresh := type(own)(own._user_loss, own._user_loss_weights, output_names=own.output_names)).build(y, answer)
    return own.output_names, fresh._flat_losses


def fresh_metrics(model: Any, y: Any, answer: Any) -> tuple[Any, list[Any]] | None:
    """Returns the order of the outputs, `_resolved_output_names`, and the two groups of each, or None without any.

    `_user_metrics` become `_flat_metrics`, `_user_weighted_metrics` become `_flat_weighted_metrics`.
    """
    if (own := compile_metrics(model)) is None:
        return None
    fresh = type(own)(own._user_metrics, own._user_weighted_metrics, output_names=own.output_names)
    fresh.build(y, answer)
    count = len(keras.tree.flatten(answer))  # an older Keras keeps no place for the outputs without any
    both = ([*some, *[None] * count][:count] for some in (fresh._flat_metrics, fresh._flat_weighted_metrics))
    return getattr(fresh, "_resolved_output_names", None), list(zip(*both, strict=True))


def wrapped_function(loss: Any) -> tuple[Any, dict[str, Any]]:
    """Returns what a loss or metric wraps, and the arguments that it fixes: `_fn` of a metric, and `_fn_kwargs`."""
    return getattr(loss, "fn", getattr(loss, "_fn", None)), dict(getattr(loss, "_fn_kwargs", {}))


def compute_loss(model: Any, **arguments: Any) -> Any:
    """Returns the loss as a training step does, whatever `compute_loss` takes: `Trainer._compute_loss`."""
    return model._compute_loss(**arguments)


def logits_of(answer: Any) -> Any:
    """Returns the logits that a softmax or sigmoid has left on its result, `_keras_logits`, or the result itself."""
    return getattr(answer, "_keras_logits", answer)


def mask_of(tensor: Any) -> Any | None:
    """Returns the mask that Keras has left on a tensor, `_keras_mask`, or None."""
    return getattr(tensor, "_keras_mask", None)


def carry_over(source: Any, target: Any) -> None:
    """Copies what Keras has left on a tensor: `_keras_mask` and `_keras_logits`."""
    for name in ("_keras_mask", "_keras_logits"):
        if hasattr(source, name):
            setattr(target, name, getattr(source, name))


def is_dataset(x: Any) -> bool:
    """Whether something is a `tf.data.Dataset`, distributed or not: the latter's class lives in `tensorflow.python`."""
    names = ("DatasetV2", "DistributedDataset")
    return any(base.__name__ in names and base.__module__.startswith("tensorflow.python.") for base in type(x).__mro__)


def replicas_merge() -> bool:
    """Whether Keras merges replicas to update: `tf.__internal__.distribute.strategy_supports_no_merge_call`."""
    return not tf.__internal__.distribute.strategy_supports_no_merge_call()


def in_xla() -> bool:
    """Whether what is traced will be compiled by XLA: `control_flow_util.GraphOrParentsInXlaContext`."""
    return _control_flow_util.GraphOrParentsInXlaContext(tf.compat.v1.get_default_graph())


def ask_outside_of_branches() -> None:
    """Has every branch and loop that is being traced ask the function around it for values of the time of its call.

    A collective operation is numbered when its function is called: `FuncGraph.capture_call_time_value`. In a graph with
    `is_control_flow_graph` nobody asks for such a number, so that a function called in a branch fails without it.
    """
    graph: Any = tf.compat.v1.get_default_graph()
    while graph is not None:
        if getattr(graph, "is_control_flow_graph", False):
            graph.capture_call_time_value = functools.partial(call_time_value_outside, graph)
        graph = getattr(graph, "outer_graph", None)


@contextmanager
def branches_asking_outside() -> Iterator[None]:
    """Does the same for all that is traced within: `tf.__internal__.FuncGraph.capture_call_time_value`."""
    owner = tf.__internal__.FuncGraph
    original = owner.capture_call_time_value

    def capture(self: Any, *arguments: Any, **keywords: Any) -> Any:
        ask = call_time_value_outside if getattr(self, "is_control_flow_graph", False) else original
        return ask(self, *arguments, **keywords)

    owner.capture_call_time_value = capture
    try:
        yield
    finally:
        owner.capture_call_time_value = original


def call_time_value_outside(graph: Any, *arguments: Any, **keywords: Any) -> Any:
    """Returns what the graph around another one does: `FuncGraph.capture_call_time_value`."""
    outer = graph.outer_graph
    with outer.as_default():
        return outer.capture_call_time_value(*arguments, **keywords)


def keep_as_call(operation: tf.Operation) -> None:
    """Has a conditional run its branches as calls: `Operation._set_attr`, attribute `_lower_using_switch_merge`."""
    operation._set_attr("_lower_using_switch_merge", tf.compat.v1.AttrValue(b=False))


def tf_function_with(function: Any, python_function: Callable[..., Any]) -> Any:
    """Returns a `tf.function` with the settings of this one around another function, untraced: `_clone`."""
    return function._clone(python_function)


def variable_key(variable: tf.Variable) -> str:
    """Returns the key under which Keras's optimizer finds a variable: `Variable._unique_id`."""
    return variable._unique_id


@contextmanager
def watching_operations(callback: Callable[..., None]) -> Iterator[None]:
    """Has `callback` called after every eager operation: `op_callbacks`."""
    _op_callbacks.add_op_callback(callback)
    try:
        yield
    finally:
        _op_callbacks.remove_op_callback(callback)


def tensorflow_random_state() -> tuple[Any, Any, Any]:
    """Returns the seed and the source of operation seeds, `_seed` and `_rng` of a context, and the global generator."""
    own = _eager_context.context()
    return own._seed, getattr(own, "_rng", None), _stateful_random_ops.global_generator


def set_tensorflow_random_state(seed: Any, operation_seeds: Any, generator: Any) -> None:
    """Sets the same three, `_seed` and `_rng`, and leaves the cache alone that `tf.random.set_seed` empties."""
    _eager_context.context()._seed, _eager_context.context()._rng = seed, operation_seeds
    _stateful_random_ops.global_generator = generator


def keras_trackers() -> tuple[Any, Any]:
    """Returns the objects with Keras's global state and settings: `keras.src.backend.common.global_state`."""
    return _global_state.GLOBAL_STATE_TRACKER, _global_state.GLOBAL_SETTINGS_TRACKER


def set_keras_trackers(trackers: tuple[Any, Any]) -> None:
    """Puts them back, which `keras.utils.clear_session` replaces."""
    _global_state.GLOBAL_STATE_TRACKER, _global_state.GLOBAL_SETTINGS_TRACKER = trackers


def forget_keras_seed_generator() -> None:
    """Has Keras make its global generator anew, from Python's: `global_seed_generator` in its global state."""
    _global_state.set_global_attribute("global_seed_generator", None)


@contextmanager
def replicas_reduced_by(reduce: Callable[..., Any]) -> Iterator[None]:
    """Has `reduce(values, strategy, reduction, keras_reduce)` called for what a step returns on each replica.

    That is in the place of `keras.src.backend.tensorflow.trainer.reduce_per_replica`.
    """
    original = _trainer.reduce_per_replica
    _trainer.reduce_per_replica = lambda values, strategy, reduction: reduce(values, strategy, reduction, original)
    try:
        yield
    finally:
        _trainer.reduce_per_replica = original


@contextmanager
def built_from(first_batch: Callable[[Any, Any], Any]) -> Iterator[None]:
    """Has a model under a strategy built from `first_batch(model, iterator)`, unless that is None.

    `TensorFlowTrainer._maybe_symbolic_build` then gets this batch in the place of the iterator.
    """
    owner = _trainer.TensorFlowTrainer
    original = owner._maybe_symbolic_build

    def build(self: Any, iterator: Any = None, data_batch: Any = None) -> None:
        batch = first_batch(self, iterator) if iterator is not None else None
        original(self, **({"iterator": iterator, "data_batch": data_batch} if batch is None else {"data_batch": batch}))

    owner._maybe_symbolic_build = build
    try:
        yield
    finally:
        owner._maybe_symbolic_build = original


def keras_seed_state() -> Any | None:
    """Returns the state of Keras's global generator of seeds, or None before its first use: `global_seed_generator`."""
    generator = _global_state.get_global_attribute("global_seed_generator")
    return None if generator is None else generator.state


def running_fit() -> tuple[Any | None, Any | None]:
    """Returns the callbacks and the epoch iterator of the `fit` that calls: `sys._getframe`, local `epoch_iterator`."""
    frame: Any = sys._getframe(1)
    callbacks = None
    while frame is not None:
        if callbacks is None and isinstance(owner := frame.f_locals.get("self"), keras.callbacks.CallbackList):
            callbacks = owner
        if frame.f_code is _FIT:
            return callbacks, frame.f_locals.get("epoch_iterator")
        frame = frame.f_back
    return callbacks, None


def is_inside_fit(frame: Any, callbacks: Any) -> bool:
    """Returns whether a frame was called, in any number of steps, by the `fit` that has these callbacks."""
    while frame is not None and (frame.f_code is not _FIT or frame.f_locals.get("callbacks") is not callbacks):
        frame = frame.f_back
    return frame is not None


def set_first_epoch(model: Any, epoch: int) -> None:
    """Has the `fit` that is about to loop begin with an epoch: `Trainer._initial_epoch`."""
    model._initial_epoch = epoch


def build_for(model: Any, batch: Any) -> None:
    """Builds all that a batch of this spec needs, metrics too: `Trainer._symbolic_build`."""
    model._symbolic_build(data_batch=batch)


def steps_of_epoch(iterator: Any) -> Any:
    """Returns what makes the steps of the next epoch: `EpochIterator._enumerate_iterator`."""
    return iterator._enumerate_iterator


def replace_steps(iterator: Any, steps: Callable[[], Iterator[Any]], batches: Callable[[], Any]) -> None:
    """Replaces what makes the steps, `_enumerate_iterator`, and what brings the batches, `_get_iterator`."""
    iterator._enumerate_iterator, iterator._get_iterator = steps, batches


def batches_of(iterator: Any) -> Any:
    """Returns what brings the batches of an epoch, over and over: `TFEpochIterator._distributed_dataset`."""
    return iterator._distributed_dataset


def replace_batches(iterator: Any, dataset: tf.data.Dataset) -> None:
    """Replaces `_distributed_dataset`, for the strategy that it was made for: `_distribute_strategy`."""
    strategy = iterator._distribute_strategy
    iterator._distributed_dataset = strategy.experimental_distribute_dataset(dataset)


def iterator_position(iterator: Any) -> dict[str, Any]:
    """Returns how far an epoch iterator counts itself: `_steps_seen`, `_num_batches`, `_current_iterator`."""
    going_on = iterator.steps_per_epoch is not None and iterator._current_iterator is not None
    return {"seen": iterator._steps_seen, "batches": iterator._num_batches, "going_on": going_on}


def set_iterator_position(iterator: Any, seen: int, batches: int | None, current: Any | None) -> None:
    """Sets `_steps_seen`, `_num_batches` and `_current_iterator`."""
    iterator._steps_seen, iterator._num_batches, iterator._current_iterator = seen, batches, current


def dataset_inputs(dataset: Any) -> list[Any]:
    """Returns the datasets that one is made from: `DatasetV2._inputs`."""
    return list(dataset._inputs()) if hasattr(dataset, "_inputs") else []


def dataset_seeds(dataset: Any) -> tuple[int, int] | None:
    """Returns the seeds of a dataset that draws numbers, `_seed` and `_seed2`; both are 0 where it draws anew."""
    first, second = getattr(dataset, "_seed", None), getattr(dataset, "_seed2", None)
    return None if first is None or second is None else (int(first), int(second))


def dataset_keeps_order(dataset: Any) -> bool:
    """Returns whether the elements come in one order even from several threads: `_deterministic`."""
    return getattr(dataset, "_deterministic", None) not in (False, "false")


def is_parallel(dataset: Any) -> bool:
    """Returns whether several calls of its function run at once: `_num_parallel_calls`."""
    return getattr(dataset, "_num_parallel_calls", None) is not None


def dataset_operations(dataset: Any) -> list[tf.Operation]:
    """Returns the operations of its function: `_map_func.function.graph`, or none."""
    graph = getattr(getattr(getattr(dataset, "_map_func", None), "function", None), "graph", None)
    return [] if graph is None else list(graph.get_operations())


def dataset_variables(dataset: Any) -> list[Any]:
    """Returns the variables that its function captures: `_map_func.function.graph.variables`."""
    graph = getattr(getattr(getattr(dataset, "_map_func", None), "function", None), "graph", None)
    return [] if graph is None else list(graph.variables)


def operations_are_deterministic() -> bool:
    """Returns whether `enable_op_determinism` was called: `config.is_op_determinism_enabled`."""
    return _config.is_op_determinism_enabled()


def extend_logs(model: keras.Model, more: Callable[[], dict[str, Any]]) -> Callable[[], None]:
    """Adds what `more` returns to the logs of each epoch and evaluation, before any callback gets them, until the
    function that is returned is called: `Trainer._get_metrics_result_or_logs`.
    """
    of_keras = model._get_metrics_result_or_logs

    def extended(logs: Any) -> dict[str, Any]:
        return {**of_keras(logs), **more()}

    def end() -> None:
        if vars(model).get("_get_metrics_result_or_logs") is extended:
            del model._get_metrics_result_or_logs

    model._get_metrics_result_or_logs = extended
    return end


def fitted_arrays(iterator: Any) -> Any | None:
    """Returns x, y and sample weights as `fit` got them, `ArrayDataAdapter._inputs`; None where they are no arrays."""
    adapter = iterator.data_adapter
    return adapter._inputs if type(adapter).__name__ == "ArrayDataAdapter" else None
