"""Which evidence there is, and what an audit may do to gather it."""

from dataclasses import dataclass, field

from keras_stable.diagnosis.evidence.program.fit_arguments import FitArguments

EVIDENCE = (
    *("callbacks", "schedule", "weights", "suspects"),
    *("plan", "inputs", "labels", "duplicates", "missing_codes", "structure", "outputs", "compiled"),
    *("pipeline", "contrast", "dependence", "pairing", "mirroring", "input_cost", "answered"),
    *(
        "time_layers",
        "padding",
        "words",
        "axes",
        "foldings",
        "carried_state",
        "target_copies",
        "future",
        "frozen_statistics",
    ),
    *("evaluation", "activations", "gradients", "features", "origin", "failure", "loss_checks", "balance"),
    *("kept_metrics", "untracked"),
    *("history", "probe", "learning", "overfit", "zeroed", "curvature", "noise", "rate_range"),
)
"""The names that a rule may have as parameters."""


@dataclass(frozen=True)
class Options:
    """What an audit may do.

    Attributes:
        seconds: float, for the whole audit.
        probe: bool; None trains a probe unless a history or trained weights show that the model learns.
        probe_steps: int; probe_seconds: float, for the probe and the trials together.
        curvature, gradient_noise, rate_range: bool, whether to measure these; curvature None means when in trouble.
        fit: `FitArguments`, what else `fit` is given.
    """

    seconds: float = 60.0
    probe: bool | None = None
    probe_steps: int = 300
    probe_seconds: float = 60.0
    curvature: bool | None = None
    gradient_noise: bool = False
    rate_range: bool = False
    fit: FitArguments = field(default_factory=FitArguments)
