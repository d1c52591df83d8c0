"""What the model makes of samples, without training."""

from dataclasses import dataclass

from keras_stable.diagnosis.vocabulary import Task


@dataclass(frozen=True)
class OutputEvaluation:
    """One output over the sample, in inference mode.

    Attributes:
        name: str.
        task: "classes" (one of several), "binary", "multi_label", "shares" (numbers from 0 to 1 under a loss for
            probabilities, which are no classes) or "regression", from loss and labels.
        loss: float, of this output; NaN where the model has several.
        constant_loss: float, the same of the best constant answer; NaN where unknown, or where the model has several.
        floor: float, the least loss that any answer can have on these labels: the entropy of soft labels under a
            cross-entropy, -1 for a cosine similarity, 0 for a distance; NaN where unknown, or where the model has
            several.
        accuracy: float in [0, 1]; NaN for shares and regression. Multi-label: mean over the labels.
        majority_share: float, accuracy of always predicting the commonest label; NaN for shares and regression.
        predicted_counts: tuple of (class id, samples); () for shares, regression and multi-label.
        label_counts: the same of the labels.
        recall: tuple of (class id, recall), for classes with at least one sample.
        r2: float, coefficient of determination; NaN except for shares and regression.
        spread: float, the largest over units of the standard deviation over samples, of the raw output
            (logits where the model computes them).
        scale: float, root mean square of the raw output.
        minimum, maximum, mean, std: float, of the output.
        label_minimum, label_maximum, label_std: float, of the labels.
        nonfinite: int, NaN and infinite values in the output.
        distinct_rows: int, different rows of output among the samples.
    """

    name: str = "output"
    task: Task = "classes"
    loss: float = 2.3
    constant_loss: float = 2.3026
    floor: float = 0.0
    accuracy: float = 0.1
    majority_share: float = 0.1
    predicted_counts: tuple[tuple[int, int], ...] = tuple((k, 50) for k in range(10))
    label_counts: tuple[tuple[int, int], ...] = tuple((k, 50) for k in range(10))
    recall: tuple[tuple[int, float], ...] = tuple((k, 0.1) for k in range(10))
    r2: float = float("nan")
    spread: float = 1.0
    scale: float = 1.0
    minimum: float = 0.0
    maximum: float = 1.0
    mean: float = 0.1
    std: float = 0.1
    label_minimum: float = 0.0
    label_maximum: float = 9.0
    label_std: float = 2.9
    nonfinite: int = 0
    distinct_rows: int = 500


@dataclass(frozen=True)
class Evaluation:
    """All outputs over the same sample.

    Attributes:
        samples: int.
        loss: float, the total in inference mode, penalties left out.
        constant_loss: float, the same of the best constant answer, whatever the input; NaN where unknown.
        floor: float, the least loss that any answer can have on these labels; NaN where unknown.
        training_loss: float, the loss in training mode (dropout on, batch statistics); NaN if not measured.
        penalty: float, what regularizers add to the loss.
        outputs: tuple of `OutputEvaluation`.
        own_loss: bool, whether a training step has a loss of its own, so that no loss of an answer is known here: the
            losses are NaN, and of the outputs only sizes and spreads are told.
    """

    samples: int = 500
    loss: float = 2.3
    constant_loss: float = 2.3026
    floor: float = 0.0
    training_loss: float = 2.3
    penalty: float = 0.0
    outputs: tuple[OutputEvaluation, ...] = (OutputEvaluation(),)
    own_loss: bool = False
