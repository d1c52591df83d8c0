"""The confusion matrix of a run, with the names of its classes."""

import csv
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_stable.data import Data
from keras_stable.reporting.temporary_path import TemporaryPath

CONFUSION = "confusion.csv"


def confusion_matrix(model: keras.Model, data: Data) -> np.ndarray:
    """Returns how many validation samples of each class are taken for each, int64 [true class, predicted class]."""
    matrix = np.zeros((data.num_classes, data.num_classes), np.int64)
    x, y = data.validation.x, data.validation.y
    if y is not None:
        np.add.at(matrix, (y, model.predict(x, verbose=0).argmax(axis=-1)), 1)
        return matrix
    batches = (x[index] for index in range(x.num_batches)) if isinstance(x, keras.utils.PyDataset) else x
    for inputs, labels in batches:
        np.add.at(matrix, (np.asarray(labels), np.asarray(model.predict_on_batch(inputs)).argmax(axis=-1)), 1)
    return matrix


def write_confusion(directory: Path, matrix: np.ndarray, names: tuple[str, ...] | None) -> None:
    """Writes `confusion.csv`: a row for each true class, a column for each predicted one."""
    labels: list[Any] = list(names or range(len(matrix)))
    with TemporaryPath(directory / CONFUSION) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["true \\ predicted", *map(_plain, labels)])
        writer.writerows([_plain(label), *counts] for label, counts in zip(labels, matrix.tolist(), strict=True))


def _plain(label: Any) -> str:
    """Returns a name of a class as a cell that no spreadsheet takes for a formula."""
    text = str(label)
    return f"'{text}" if text[:1] in ("=", "+", "@", "\t", "\r") else text
