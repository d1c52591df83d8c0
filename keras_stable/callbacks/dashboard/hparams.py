"""The page HParams: one row for each training, in one table that can be sorted."""

import json
import math
import numbers
import os
import time
import uuid
from collections.abc import Collection, Mapping
from typing import Any

import tensorflow as tf
from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

from keras_stable.callbacks.event_writer import EventWriter

FIGURES = (
    "val_accuracy_best",
    "val_accuracy_last",
    "largest_drop",
    "grad_norm_max",
    "grad_norm_median",
    "grad_norm_applied_max",
    "nonfinite_steps",
    "unique_classes",
    "effective_classes",
    "top_class_share",
    "distinct_in_first_10",
    "epochs",
)
"""The columns of the table, where a training has them."""


def write_session(
    log_dir: str | os.PathLike | EventWriter,
    hparams: Mapping[str, Any],
    figures: Mapping[str, Any],
    step: int = 0,
    first: Collection[str] = (),
) -> None:
    """Writes a training as a row of the page HParams: what it was told, and what it came to.

    Args:
        log_dir: the directory of the run, or its writer.
        hparams: nested mappings; a key becomes `section.key`. None is left out; what is neither a number, a bool nor
            a string is written as JSON.
        figures: numbers by name; they become the scalars `summary/<name>`. What is not a finite number is left out.
        step: int, at which the figures stand. Default 0.
        first: the dotted keys whose columns come first; TensorBoard shows five until it is told otherwise.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     write_session(directory, {"fit": {"epochs": 3}}, {"val_accuracy_best": 0.9})
    ...     len(os.listdir(directory))
    1
    """
    writer = log_dir if isinstance(log_dir, EventWriter) else EventWriter(log_dir)
    now, values = time.time(), flat(hparams)
    # Sessions of one group would be one row, their mean.
    start = plugin_data_pb2.SessionStartInfo(start_time_secs=now, group_name=uuid.uuid4().hex)
    for name, value in values.items():
        _set(start.hparams[name], value)
    finite = {name: float(value) for name, value in figures.items() if _is_number(value) and math.isfinite(value)}
    _write(writer, metadata.EXPERIMENT_TAG, experiment=_experiment(values, first))
    _write(writer, metadata.SESSION_START_INFO_TAG, session_start_info=start)
    writer.scalars(step, [f"summary/{name}" for name in finite], list(finite.values()))
    end = plugin_data_pb2.SessionEndInfo(status=api_pb2.STATUS_SUCCESS, end_time_secs=now)
    _write(writer, metadata.SESSION_END_INFO_TAG, session_end_info=end)
    if writer is not log_dir:
        writer.close()


def flat(hparams: Mapping[str, Any], prefix: str = "") -> dict[str, bool | float | str]:
    """Returns nested mappings as one, with dotted keys.

    >>> flat({"fit": {"epochs": 3, "verbose": None}, "model": {"hidden_units": (8, 4)}})
    {'fit.epochs': 3.0, 'model.hidden_units': '[8, 4]'}
    """
    values: dict[str, bool | float | str] = {}
    for key, value in hparams.items():
        if isinstance(value, Mapping):
            values |= flat(value, f"{prefix}{key}.")
        elif isinstance(value, bool | str):
            values[f"{prefix}{key}"] = value
        elif _is_number(value):
            values[f"{prefix}{key}"] = float(value)
        elif value is not None:
            values[f"{prefix}{key}"] = json.dumps(value, default=str)
    return values


def _experiment(values: Mapping[str, bool | float | str], first: Collection[str]) -> api_pb2.Experiment:
    experiment = api_pb2.Experiment()
    for name, value in values.items():
        kind = "BOOL" if isinstance(value, bool) else "STRING" if isinstance(value, str) else "FLOAT64"
        experiment.hparam_infos.add(name=name, type=api_pb2.DataType.Value(f"DATA_TYPE_{kind}"), differs=name in first)
    for name in FIGURES:
        experiment.metric_infos.add(name=api_pb2.MetricName(tag=f"summary/{name}"), display_name=name)
    return experiment


def _write(writer: EventWriter, tag: str, **message: Any) -> None:
    data = plugin_data_pb2.HParamsPluginData(version=metadata.PLUGIN_DATA_VERSION, **message)
    writer.plugin(0, tag, metadata.PLUGIN_NAME, tf.make_tensor_proto(0.0), data.SerializeToString())


def _set(slot: Any, value: bool | float | str) -> None:
    if isinstance(value, bool):
        slot.bool_value = value
    elif isinstance(value, str):
        slot.string_value = value
    else:
        slot.number_value = value


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)
