"""Which evaluation shows what training has made of a model."""

from keras_stable.diagnosis.facts import Evaluation, Learning, Plan, Probe
from keras_stable.diagnosis.rule import Skip


def after_training(plan: Plan, learning: Learning, probe: Probe | None, evaluation: Evaluation | None) -> Evaluation:
    """Returns the evaluation to judge: of the model if it was trained, else of the copy after the probe.

    Before training every model predicts few classes, and early in a sound training too.

    Raises:
        Skip: there is nothing to judge yet.
    """
    if plan.trained:
        if evaluation is None:
            raise Skip("the model could not be evaluated")
        return evaluation
    if probe is None:
        raise Skip("the model is not trained yet")
    if not learning.troubled:
        raise Skip("the model is not trained yet, and learns")
    return probe.after
