"""KS733."""

from collections.abc import Iterator, Sequence

from keras_stable.diagnosis.rule import Found, rule


@rule(
    "KS733",
    "kept-metric-state",
    remedy="List every metric of an own step in the `metrics` property of the model, and set all variables of an own "
    "metric to 0 in its `reset_state`.",
    own=True,
)
def kept_metric_state(kept_metrics: Sequence[str]) -> Iterator[Found]:
    """A metric goes on from epoch to epoch, because nothing resets it.

    ## What it does

    Takes a training step on a copy, resets the metrics as `fit` does before each epoch, and looks at the variables of
    every metric that the model and its layers hold: those that are not as before the step are named.

    ## Why is this bad

    What is logged is a mean over the whole training. A loss that still falls seems to stand still, one that rises again
    is hidden, and the validation is mixed with the training. Callbacks that watch it act too late.

    ## Example

        @property
        def metrics(self):
            return [self.loss_tracker]  # and not self.accuracy

    ## Use instead

        @property
        def metrics(self):
            return [self.loss_tracker, self.accuracy]
    """
    for name in kept_metrics:
        yield Found(
            where=name,
            message=f"`{name}` keeps its state: a reset of the metrics does not undo what a step adds to it.",
            confidence=0.9,
        )
