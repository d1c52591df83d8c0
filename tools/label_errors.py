"""How well suspicious labels are found: flips labels of real data, and ranks all rows by the audit's own figures.

    python tools/label_errors.py [path/to/omniglot50.npz]

Time: about 4 minutes on 2 cores. Prints the area under the ROC curve of the self-confidence against which labels were
flipped (0.5 is chance, 1 is perfect), with the precision of the rows that confident learning names.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score

from keras_stable.diagnosis.evidence.budget import Deadline
from keras_stable.diagnosis.evidence.copying.model_copy import copy_model
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.program.confident_learning import self_confidence, suspicious_rows
from keras_stable.diagnosis.evidence.program.half_trainings import out_of_fold
from keras_stable.diagnosis.evidence.training.workbench import Workbench
from keras_stable.diagnosis.facts import Output

layers = keras.layers
SHARES = (0.05, 0.1, 0.2)
STEPS = 300  # as in an audit
Row = dict[str, float]


def flipped(labels: np.ndarray, classes: int, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns labels of which a share was drawn anew among the other classes, and which."""
    rng = np.random.default_rng(seed)
    which = np.zeros(len(labels), bool)
    which[rng.choice(len(labels), round(share * len(labels)), replace=False)] = True
    return np.where(which, (labels + rng.integers(1, classes, len(labels))) % classes, labels), which


def digits() -> tuple[np.ndarray, np.ndarray, keras.Model]:
    """Returns the digits of scikit-learn with a dense net."""
    x, y = load_digits(return_X_y=True)
    model = keras.Sequential(
        [keras.Input((64,)), layers.Dense(128, activation="relu"), layers.Dense(10, activation="softmax")]
    )
    return (x / 16).astype("float32"), y, model


def characters(path: Path) -> tuple[np.ndarray, np.ndarray, keras.Model]:
    """Returns 50 characters of 10 drawings each with a convolutional net."""
    archive = np.load(path)
    augmentation = [layers.RandomTranslation(0.1, 0.1), layers.RandomRotation(0.05), layers.RandomZoom(0.1)]
    blocks = [
        layer
        for filters in (32, 64, 64)
        for layer in (
            layers.Conv2D(filters, 3, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.MaxPooling2D(),
        )
    ]
    head = [layers.Flatten(), layers.Dropout(0.3), layers.Dense(50, activation="softmax")]
    model = keras.Sequential([keras.Input((28, 28, 1)), *augmentation, *blocks, *head])
    return (archive["x_train"] / 255).astype("float32")[..., None], archive["y_train"], model


def measured(x: np.ndarray, y: np.ndarray, model: keras.Model, share: float, seed: int) -> Row:
    """Returns the figures of one share of flipped labels."""
    classes = int(y.max()) + 1
    labels, which = flipped(y, classes, share, seed)
    model.compile(keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy")
    bench, sample = Workbench(copy_model(model)), Batch(x, labels)
    output = Output(loss="sparse_categorical_crossentropy", width=classes, from_logits=False)
    start = time.perf_counter()
    found = out_of_fold(bench, sample, labels, output, 32, STEPS, Deadline())
    seconds = time.perf_counter() - start
    rows = suspicious_rows(found, labels)
    return {
        "auroc": float(roc_auc_score(which, -self_confidence(found, labels))) if share else float("nan"),
        "suspicious": len(rows),
        "precision": float(which[rows].mean()) if len(rows) else float("nan"),
        "recall": float(which[rows].sum() / max(which.sum(), 1)),
        "seconds": seconds,
    }


def table(path: Path | None, seed: int) -> Iterator[str]:
    """Yields the lines of a table in Markdown."""
    yield "| data | flipped | AUROC | suspicious rows | of these flipped | of the flipped found | seconds |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    sets = {"digits": digits} | ({} if path is None else {"omniglot50": lambda: characters(path)})
    for name, make in sets.items():
        for share in (0.0, *SHARES):
            keras.utils.set_random_seed(seed)
            row = measured(*make(), share, seed)
            yield (
                f"| {name} | {share:.0%} | {row['auroc']:.4f} | {row['suspicious']:.0f} | {row['precision']:.2f} | "
                f"{row['recall']:.2f} | {row['seconds']:.1f} |"
            )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("omniglot50", nargs="?", type=Path, help="an archive with x_train and y_train")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    for line in table(arguments.omniglot50, arguments.seed):
        print(line, flush=True)


if __name__ == "__main__":
    main()
