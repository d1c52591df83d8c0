"""Edits made on a copy of a program."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.evidence.copying.initializing import initialize
from keras_stable.diagnosis.evidence.copying.model_copy import copy_model
from keras_stable.diagnosis.evidence.data.nesting import leaves, mapped
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.data.stream_kinds import stream_kind
from keras_stable.imports import first_line
from keras_stable.repairs.compiling import TARGETS, compiled, set_rate
from keras_stable.repairs.expressions import CannotApplyError, evaluated
from keras_stable.repairs.fit_edits import changed_fit
from keras_stable.repairs.layer_edits import LayerChanges, layer_changes, layers_by_path
from keras_stable.repairs.measuring import answers_of
from keras_stable.repairs.program import Program
from keras_stable.repairs.rebuilding import rebuilt
from keras_stable.repairs.target_scaling import scaling

_SAMPLE = 2
_ADAPTED_ROWS = 4096


def applied(program: Program, groups: Sequence[Sequence[Edit]]) -> Program:
    """Returns the program after the edits: a compiled copy of the model, with every weight that still fits.

    Args:
        program: it stays as it is.
        groups: of edits, each group one remedy. The edits of data are expressions of the data before their own group.

    Raises:
        CannotApplyError: one of them cannot be made on this program.
        InvalidArgumentError: the model cannot be copied.

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> after = applied(Program(model, None, None), [[Edit("set_argument", "optimizer", "learning_rate", "0.5")]])
    >>> float(after.model.optimizer.learning_rate), model.optimizer is after.model.optimizer
    (0.5, False)
    """
    edits = [edit for group in groups for edit in group]
    x, y = program.x, program.y
    data_edits, ends = [], {}
    for group in groups:
        of_data = [edit for edit in group if edit.kind == "transform_data"]
        if program.fit.get("validation_data") is None and any(edit.argument == "validation_data" for edit in of_data):
            raise CannotApplyError("There are no validation data: `fit` takes them from the training rows itself.")
        scalings = {
            edit: None if stream_kind(program.x) else scaling(edit, y, program.names.outputs) for edit in of_data
        }
        ends.update({found[0]: (1 / found[1], -found[2] / found[1]) for found in scalings.values() if found})
        rest = tuple(edit for edit in of_data if not scalings[edit])
        if rest:
            data_edits.append(rest)
    after = Program(program.model, x, y, changed_fit(dict(program.fit), edits), (*program.data_edits, *data_edits))
    inputs, _ = after.prepare(x, y)
    model = copy_model(program.model, _first_rows(inputs if not data_edits else x), guarded=False)
    changes = layer_changes(model, edits)
    if stream_kind(inputs) and (changes or any(edit.kind == "call" for edit in edits)):
        inputs = Source(inputs, labelled=False).sample(_ADAPTED_ROWS).x
    changes.ends = ends
    changes.reshaped = bool(data_edits) and not stream_kind(x) and _shapes(inputs) != _shapes(x)
    new = _changed(model, edits, changes, inputs, program.anew)
    return Program(new, x, y, after.fit, after.data_edits, program.anew)


def _changed(model: keras.Model, edits: Sequence[Edit], changes: LayerChanges, inputs: Any, anew: bool) -> keras.Model:
    new = rebuilt(model, changes, inputs) if changes else model
    _set_and_call(new, edits, inputs)
    of_compile = [edit for edit in edits if edit.target.partition(":")[0] in TARGETS]
    on_weights = any(edit.kind == "set_attribute" for edit in edits)
    if changes or on_weights or not set_rate(new, of_compile):
        compiled(new, model, of_compile, changes.ends)
    if anew or not all(np.isfinite(weight).all() for weight in new.get_weights() if weight.dtype.kind == "f"):
        # Nothing can be learnt from where one weight is NaN, or all units are dead.
        initialize(new)
    return new


def _set_and_call(model: keras.Model, edits: Sequence[Edit], inputs: Any) -> None:
    layers = layers_by_path(model)
    for edit in edits:
        if edit.kind not in ("set_attribute", "call"):
            continue
        name = edit.target.partition(":")[2]
        owner = layers.get(name) if name else model
        if owner is None:
            raise CannotApplyError(f"There is no layer {name}.")
        try:
            if edit.kind == "set_attribute":
                setattr(owner, edit.argument, evaluated(edit.value))
            else:
                getattr(owner, edit.argument)(evaluated(edit.value, x=_entering(model, owner, inputs)))
        except (AttributeError, ValueError, TypeError) as error:
            raise CannotApplyError(f"{edit} cannot be made here: {first_line(error)}") from error


def _entering(model: keras.Model, layer: Any, inputs: Any) -> Any:
    """Returns what enters a layer of a graph; the inputs where it is no layer of one."""
    try:
        tensor = layer.input
        entering = keras.Model(model.inputs, tensor)
    except (AttributeError, ValueError):
        return inputs
    return answers_of(entering, inputs)[0]


def _first_rows(x: Any) -> Any:
    if x is None or stream_kind(x):
        return None
    return mapped(lambda array: array[:_SAMPLE], x)


def _shapes(x: Any) -> list[Any]:
    return [tuple(getattr(array, "shape", ()))[1:] for array in leaves(x)]
