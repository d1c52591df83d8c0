"""In which direction each key of the logs improves: measured on ideal and wrong answers, or told by what it is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.evidence.copying.snapshot import kept_state
from keras_stable.diagnosis.evidence.data.source import Batch
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, forward
from keras_stable.diagnosis.evidence.program.watching import taken_for_better
from keras_stable.diagnosis.evidence.step.ideal_answers import ideal_answer
from keras_stable.diagnosis.evidence.step.tasks import as_list
from keras_stable.diagnosis.facts import Output
from keras_stable.diagnosis.vocabulary import CUSTOM

_ROWS, _WRONG = 256, 3
# Share of its size by which a metric of ideal answers must differ from that of the answers to other rows.
_APART = 0.01
# Words of a name, for what is logged without a metric of Keras behind it. The first word that says something counts
# from the right: "dice_loss" falls.
_RISING = frozenset(
    (
        *("acc", "accuracy", "auc", "precision", "recall", "f1", "fscore", "iou", "dice", "jaccard"),
        *("r2", "psnr", "ssim", "kappa", "mcc"),
    )
)
_FALLING = frozenset(
    ("loss", "error", "mae", "mse", "rmse", "mape", "msle", "crossentropy", "perplexity", "nll", "wer", "cer")
)


@dataclass(frozen=True)
class Direction:
    """How a key of the logs improves.

    Attributes:
        better: str, "min" or "max"; "" where it is not known.
        measured: bool, whether ideal answers were better that way than answers to other rows.
        best: float, the value of ideal answers; to_gain: float, by how much that is better. NaN where not measured.
    """

    better: str = ""
    measured: bool = False
    best: float = float("nan")
    to_gain: float = float("nan")


def directions(model: keras.Model, keys: Sequence[str], measured: Mapping[str, Direction]) -> dict[str, Direction]:
    """Returns the direction of every key; those of the validation are like those of the training.

    Args:
        model: whose metrics tell their direction where it was not measured.
        keys: of the logs.
        measured: as `measured_directions` returns it.
    """
    names = {metric.name for metric in every_metric(model)}
    told = {name: taken_for_better(keras.callbacks.EarlyStopping(name), model.metrics)[0] for name in names}
    return {key: _direction(key.removeprefix("val_"), told, measured) for key in keys}


def every_metric(model: keras.Model) -> list[Any]:
    """Returns the metrics of a model, with those inside the containers that `compile` makes."""
    return [inside for metric in model.metrics for inside in getattr(metric, "metrics", None) or [metric]]


def _direction(key: str, told: Mapping[str, str], measured: Mapping[str, Direction]) -> Direction:
    if measured.get(key, Direction()).better:
        return measured[key]
    if key == "loss":
        return Direction("min")
    # With several outputs, the key begins with the name of the output.
    own = {better for name, better in told.items() if better and (key == name or key.endswith(f"_{name}"))}
    if len(own) == 1:
        return Direction(own.pop())
    words = [word for word in re.split(r"[^a-z0-9]+", key.lower()) if word in _RISING | _FALLING]
    return Direction("" if not words else "max" if words[-1] in _RISING else "min")


def measured_directions(model: keras.Model, sample: Batch, outputs: Sequence[Output]) -> dict[str, Direction]:
    """Returns how the compiled metrics judge the ideal answers to some rows and those to other rows.

    The answers are the labels themselves, in the form that the loss asks for, so any metric can be judged, also one
    that is a function of the user's own. One that is as good either way tells nothing.

    Args:
        model: compiled; a copy, which is left as it was.
        sample: rows with labels.
        outputs: facts, one for each output.
    """
    sample = sample.take(slice(_ROWS))
    x, y = as_tensors(sample.x), as_tensors(sample.y)
    with kept_state(model):
        structure = forward(model, x, training=False)
        answers = _ideals(sample, structure, outputs)
        if answers is None:
            return {}
        ideal = _metrics(model, x, y, structure, answers)
        orders = [np.random.default_rng(seed).permutation(sample.rows) for seed in range(_WRONG)]
        wrong = [_metrics(model, x, y, structure, [answer[order] for answer in answers]) for order in orders]
    return {key: _judged(value, [other[key] for other in wrong if key in other]) for key, value in ideal.items()}


def _judged(ideal: float, wrong: Sequence[float]) -> Direction:
    margin = _APART * max(abs(ideal), *map(abs, wrong))
    if not np.isfinite([ideal, *wrong]).all() or not margin > 0:
        return Direction()
    if all(ideal > other + margin for other in wrong):
        return Direction("max", True, ideal, ideal - max(wrong))
    if all(ideal < other - margin for other in wrong):
        return Direction("min", True, ideal, min(wrong) - ideal)
    return Direction()


def _metrics(model: keras.Model, x: Any, y: Any, structure: Any, answers: Sequence[np.ndarray]) -> dict[str, float]:
    flat = [
        keras.ops.convert_to_tensor(answer, dtype=tensor.dtype)
        for answer, tensor in zip(answers, keras.tree.flatten(structure), strict=True)
    ]
    model.reset_metrics()
    logs = model.compute_metrics(x, y, keras.tree.pack_sequence_as(structure, flat))
    return {name: float(np.ravel(value)[0]) for name, value in logs.items() if np.size(value) == 1 and name != "loss"}


def _ideals(sample: Batch, structure: Any, outputs: Sequence[Output]) -> list[np.ndarray] | None:
    flat = keras.tree.flatten(structure)
    labels = as_list(sample.y, len(outputs))
    if len(flat) != len(outputs) or any(label is None for label in labels):
        return None
    found = [
        ideal_answer(label, tuple(tensor.shape), _like_known(output, np.asarray(label), tuple(tensor.shape)))
        for label, tensor, output in zip(labels, flat, outputs, strict=True)
    ]
    answers = [answer for answer in found if answer is not None]
    return answers if len(answers) == len(found) else None


def _like_known(output: Output, labels: np.ndarray, shape: tuple[int, ...]) -> Output:
    """Returns the output with a loss of Keras's that asks for the same answers, where its own is the user's."""
    if output.loss != CUSTOM:
        return output
    if labels.size == np.prod(shape):
        return replace(output, loss="mean_squared_error")
    return replace(output, loss="sparse_categorical_crossentropy", from_logits=bool(output.activation == "linear"))
