"""The pictures of a report. Importing this package imports matplotlib, so only the page does, when it is made."""

from collections.abc import Callable, Iterator

from keras_stable.diagnosis.reporting.plots.drawing import Drawing, Facts
from keras_stable.diagnosis.reporting.plots.gradients import gradient_norms, gradient_steps, update_ratios
from keras_stable.diagnosis.reporting.plots.layers import activations, idle_units, scales
from keras_stable.diagnosis.reporting.plots.loss_curves import accuracies, losses
from keras_stable.diagnosis.reporting.plots.predictions import class_shares
from keras_stable.diagnosis.reporting.plots.rates import rate_range, sharpness
from keras_stable.diagnosis.reporting.plots.trial_bars import trials

PLOTS: tuple[Callable[[Facts], Iterator[Drawing]], ...] = (
    losses,
    accuracies,
    trials,
    gradient_norms,
    gradient_steps,
    update_ratios,
    scales,
    activations,
    idle_units,
    class_shares,
    rate_range,
    sharpness,
)
"""Every plot: a function of the facts by name, which yields a drawing for each thing that there are facts of."""

__all__ = ["PLOTS", "Drawing", "Facts"]
