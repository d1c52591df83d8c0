"""What the model makes of a sample without training: losses, accuracy, predicted classes."""

import contextlib
import math
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.evidence.data.source import Batch
from keras_stable.diagnosis.evidence.model.loss_value import as_tensors, forward
from keras_stable.diagnosis.evidence.step.tasks import (
    as_list,
    class_ids,
    constants,
    predicted_classes,
    r2,
    task_of,
)
from keras_stable.diagnosis.facts import Evaluation, Labels, Output, OutputEvaluation
from keras_stable.keras_private import logits_of

_ROWS = 128


def evaluate(model: keras.Model, sample: Batch, outputs: Sequence[Output], labels: Sequence[Labels]) -> Evaluation:
    """Returns how the model answers the sample, which it leaves as it was.

    Args:
        model: compiled; a copy.
        sample: the rows to look at.
        outputs, labels: facts, one for each output.
    """
    with kept_state(model):
        parts = list(_parts(sample))
        weights = [part.rows for part in parts]
        answers, raw, losses, penalties, training = [], [], [], [], []
        for part in parts:
            answer = forward(model, part.x, training=False)
            penalties.append(float(sum(map(float, model.losses))))
            losses.append(_loss(model, part, answer) - penalties[-1])
            answers.append([_numpy(each) for each in keras.tree.flatten(answer)])
            raw.append([_numpy(logits_of(each)) for each in keras.tree.flatten(answer)])
        for part in parts:
            answer = forward(model, part.x, training=True)
            training.append(_loss(model, part, answer) - float(sum(map(float, model.losses))))
        joined = [np.concatenate(each) for each in zip(*answers, strict=True)]
        logits = [np.concatenate(each) for each in zip(*raw, strict=True)]
        truths = as_list(sample.y, len(outputs))
        loss = float(np.average(losses, weights=weights))
        constant = _constant_loss(model, parts, answers, (truths, sample.sample_weight), outputs, labels)
    single = len(outputs) == 1
    found = [
        _output(*each, loss if single else math.nan, constant if single else math.nan)
        for each in zip(outputs, labels, joined, logits, truths, strict=False)
    ]
    return Evaluation(
        samples=sample.rows,
        loss=loss,
        constant_loss=constant,
        training_loss=float(np.average(training, weights=weights)),
        penalty=float(np.average(penalties, weights=weights)),
        outputs=tuple(found),
    )


def data_loss(model: keras.Model, sample: Batch) -> float:
    """Returns the loss on a sample in inference mode, without penalties; infinite when it is NaN."""
    parts = list(_parts(sample))
    losses = []
    for part in parts:
        answer = forward(model, part.x, training=False)
        losses.append(_loss(model, part, answer) - float(sum(map(float, model.losses))))
    loss = float(np.average(losses, weights=[part.rows for part in parts]))
    return loss if math.isfinite(loss) else math.inf


def error_rate(answer: Any, batch: Batch, outputs: Sequence[Output], labels: Sequence[Labels]) -> float:
    """Returns the share of wrong answers of the worst output; of a regression, 1 - R2, at most 1."""
    errors = [0.0]
    truths = as_list(batch.y, len(outputs))
    for each, truth, output, label in zip(keras.tree.flatten(answer), truths, outputs, labels, strict=False):
        values, truth = _numpy(each).astype("float64"), np.asarray(truth)
        task = task_of(output, label)
        found = r2(truth, values) if task == "regression" else _counts(task, output, label, values, truth)["accuracy"]
        if math.isfinite(found):
            errors.append(float(np.clip(1 - found, 0, 1)))
    return max(errors)


@contextlib.contextmanager
def kept_state(model: keras.Model) -> Iterator[None]:
    """Puts every variable of a model back at the end: weights, random seeds, metrics."""
    variables = [*model.variables, *(v for metric in model.metrics for v in metric.variables)]
    before = [variable.numpy() for variable in variables]
    try:
        yield
    finally:
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)


def _loss(model: keras.Model, part: Batch, answer: Any) -> float:
    if model.loss is None and not model.losses:
        return math.nan  # the training step has a loss of its own
    return float(model.compute_loss(part.x, part.y, answer, part.sample_weight, training=False))


def _constant_loss(
    model: keras.Model,
    parts: Sequence[Batch],
    answers: Sequence[list[np.ndarray]],
    wanted: tuple[Sequence[Any], Any],
    outputs: Sequence[Output],
    labels: Sequence[Labels],
) -> float:
    """Returns the loss of the best constant answer; for several outputs each takes its own best in turn."""
    truths, weights = wanted
    if any(truth is None for truth in truths) or len(labels) != len(outputs):
        return math.nan
    shapes = [each.shape for each in answers[0]]
    candidates = [
        constants(np.asarray(truth), shape, label, output, weights)
        for truth, shape, label, output in zip(truths, shapes, labels, outputs, strict=True)
    ]
    if not all(candidates):
        return math.nan
    structure = forward(model, parts[0].x, training=False)
    penalty = float(sum(map(float, model.losses)))
    chosen = [each[0] for each in candidates]
    best = math.nan
    for index, options in enumerate(candidates):
        for option in options:
            tried = [*chosen[:index], option, *chosen[index + 1 :]]
            loss = _loss_of_constants(model, parts, structure, tried, penalty)
            if not math.isfinite(best) or loss < best:
                best, chosen = loss, tried
    return best


def _loss_of_constants(
    model: keras.Model, parts: Sequence[Batch], structure: Any, chosen: list[np.ndarray], penalty: float
) -> float:
    flat = keras.tree.flatten(structure)
    losses = []
    for part in parts:
        answer = [
            np.broadcast_to(value, (part.rows, *each.shape[1:])) if each.shape.rank > 1 else np.repeat(value, part.rows)
            for each, value in zip(flat, chosen, strict=True)
        ]
        tensors = [keras.ops.convert_to_tensor(a, dtype=each.dtype) for a, each in zip(answer, flat, strict=True)]
        packed = keras.tree.pack_sequence_as(structure, tensors)
        losses.append(_loss(model, part, packed) - penalty)
    return float(np.average(losses, weights=[part.rows for part in parts]))


def _output(
    output: Output,
    labels: Labels,
    answer: np.ndarray,
    raw: np.ndarray,
    truth: Any,
    loss: float,
    constant_loss: float,
) -> OutputEvaluation:
    task = task_of(output, labels)
    truth = np.asarray(truth)
    answer = answer.astype("float64")
    raw = raw.reshape(-1, raw.shape[-1] if raw.ndim > 1 else 1).astype("float64")
    finite = np.isfinite(answer)
    figures: dict[str, Any] = {
        "name": output.name,
        "task": task,
        "loss": loss,
        "constant_loss": constant_loss,
        "r2": r2(truth, answer) if task == "regression" else math.nan,
        "spread": float(raw.std(0).max()),
        "scale": float(np.sqrt(np.mean(raw**2))),
        "nonfinite": int((~finite).sum()),
        "distinct_rows": len(np.unique(answer.reshape(len(answer), -1), axis=0)),
        "label_minimum": labels.minimum,
        "label_maximum": labels.maximum,
        "label_std": labels.std,
    }
    known = answer[finite] if finite.any() else np.array([math.nan])
    moments = {"minimum": known.min(), "maximum": known.max(), "mean": known.mean(), "std": known.std()}
    figures |= {name: float(value) for name, value in moments.items()}
    return OutputEvaluation(**{**figures, **_counts(task, output, labels, answer, truth)})


def _counts(task: str, output: Output, labels: Labels, answer: np.ndarray, truth: np.ndarray) -> dict[str, Any]:
    none: dict[str, Any] = {"predicted_counts": (), "label_counts": (), "recall": ()}
    if task == "regression":
        return none | {"accuracy": math.nan, "majority_share": math.nan}
    if task == "multi_label":
        right = (answer > (0.0 if output.from_logits else 0.5)) == (truth.reshape(answer.shape) > 0.5)
        shares = (truth.reshape(-1, answer.shape[-1]) > 0.5).mean(0)
        return none | {"accuracy": float(right.mean()), "majority_share": float(np.maximum(shares, 1 - shares).mean())}
    wanted = class_ids(truth, labels, output)
    given = predicted_classes(answer, task, output, labels)
    if wanted.shape != given.shape:
        return none | {"accuracy": math.nan, "majority_share": math.nan}
    classes, counts = np.unique(wanted, return_counts=True)
    recall = tuple((int(k), float((given[wanted == k] == k).mean())) for k in classes)
    return {
        "predicted_counts": _count(given),
        "label_counts": tuple(zip(classes.tolist(), counts.tolist(), strict=True)),
        "recall": recall,
        "accuracy": float((wanted == given).mean()),
        "majority_share": float(counts.max() / counts.sum()),
    }


def _count(ids: np.ndarray) -> tuple[tuple[int, int], ...]:
    found, counts = np.unique(ids, return_counts=True)
    return tuple(zip(found.tolist(), counts.tolist(), strict=True))


def _parts(sample: Batch) -> Iterator[Batch]:
    for start in range(0, sample.rows, _ROWS):
        part = sample.take(np.arange(start, min(start + _ROWS, sample.rows)))
        yield Batch(*map(as_tensors, (part.x, part.y, part.sample_weight)))


def _numpy(tensor: Any) -> np.ndarray:
    return keras.ops.convert_to_numpy(keras.ops.cast(tensor, "float32"))
