"""The words that evidence, rules and reports share: loss families, tasks, states of the judge, names of trials."""

import math
from typing import Final, Literal, get_args

# Losses, by the names that `facts.Output.loss` has.

SPARSE = frozenset({"sparse_categorical_crossentropy"})
"""Cross-entropies of class ids."""

CATEGORICAL = frozenset({"categorical_crossentropy", "categorical_focal_crossentropy"})
"""Cross-entropies of rows with a share for each class."""

BINARY = frozenset({"binary_crossentropy", "binary_focal_crossentropy"})
"""Cross-entropies that ask yes or no of each unit."""

DIVERGENCE = frozenset({"kl_divergence"})
"""Distances of two distributions."""

FOR_PROBABILITIES = SPARSE | CATEGORICAL | BINARY | DIVERGENCE
"""Losses that take the logarithm of a probability."""

HINGE = frozenset({"hinge", "squared_hinge"})
"""Losses that pull a value to one side of 0."""

CATEGORICAL_HINGE = frozenset({"categorical_hinge"})
"""The hinge of several classes."""

FOR_ONE_CLASS = SPARSE | CATEGORICAL | CATEGORICAL_HINGE
"""Losses that suppose one class a sample."""

FOR_CLASSES = FOR_ONE_CLASS | BINARY | HINGE
"""Losses that are meant for classes, whatever the labels look like."""

OF_THE_UNIT = frozenset({"mean_squared_error", "mean_absolute_error", "huber", "log_cosh"})
"""Distances in the unit of the targets, so that large targets make a large loss."""

OF_RATIOS = frozenset({"mean_absolute_percentage_error", "mean_squared_logarithmic_error"})
"""Distances of ratios or logarithms, which do not mind how large the targets are."""

DISTANCE = OF_THE_UNIT | OF_RATIOS
"""Losses that measure how far two numbers are apart; 0 where they are equal."""

REGRESSION = DISTANCE | {"poisson"}
"""Losses that are meant for numbers."""

CUSTOM: Final = "custom"
"""The name of a loss or metric that is not Keras's own."""

ACCURACIES = frozenset(
    {
        "accuracy",
        "binary_accuracy",
        "categorical_accuracy",
        "sparse_categorical_accuracy",
        "top_k_categorical_accuracy",
        "sparse_top_k_categorical_accuracy",
    }
)
"""Metrics that count right answers, as only classification has them."""

# Activations.

_INFINITE: Final = math.inf
# The lower bounds of silu, gelu, selu and elu are their minima.
RANGES: dict[str, tuple[float, float]] = {
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "sparsemax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "relu": (0.0, _INFINITE),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, _INFINITE),
    "exponential": (0.0, _INFINITE),
    "elu": (-1.0, _INFINITE),
    "selu": (-1.7581, _INFINITE),
    "silu": (-0.2785, _INFINITE),
    "swish": (-0.2785, _INFINITE),
    "gelu": (-0.17, _INFINITE),
    "log_sigmoid": (-_INFINITE, 0.0),
    "log_softmax": (-_INFINITE, 0.0),
}
"""What an activation can give, as (lowest, highest)."""

# Labels and tasks.

LabelKind = Literal["class_ids", "one_hot", "binary", "multi_hot", "distribution", "real"]
"""What labels look like; see `facts.Labels.kind`."""

Task = Literal["classes", "binary", "multi_label", "shares", "regression"]
"""What an output is meant to do; see `facts.OutputEvaluation.task`."""

CLASS_TASKS = frozenset({"classes", "binary"})
"""Tasks with one class a sample."""

NUMBER_TASKS = frozenset({"shares", "regression"})
"""Tasks whose answers are numbers, which have no accuracy."""

# The judge.

State = Literal["learning", "slow", "stuck", "diverging", "unknown"]
"""What the judge says of a model; see `facts.Learning.state`."""

TROUBLED = frozenset({"slow", "stuck", "diverging"})
"""States in which a model was seen not to learn."""

# Trials.

TrialName = Literal[
    "unchanged",
    "learning_rate/10",
    "learning_rate/100",
    "learning_rate*10",
    "learning_rate*100",
    "standardized_inputs",
    "standardized_targets",
    "zeroed_inputs",
]
"""What was changed in a short training; see `facts.Trial.name`."""

TRIAL_NAMES: tuple[TrialName, ...] = get_args(TrialName)

UNCHANGED: Final = "unchanged"
STANDARDIZED_INPUTS: Final = "standardized_inputs"
STANDARDIZED_TARGETS: Final = "standardized_targets"
ZEROED_INPUTS: Final = "zeroed_inputs"

RATE_FACTORS: dict[TrialName, float] = {
    "learning_rate/10": 0.1,
    "learning_rate/100": 0.01,
    "learning_rate*10": 10.0,
    "learning_rate*100": 100.0,
}
"""By what each trial of another learning rate multiplies it."""

LOWER_RATES = tuple(name for name, factor in RATE_FACTORS.items() if factor < 1)
HIGHER_RATES = tuple(name for name, factor in RATE_FACTORS.items() if factor > 1)
