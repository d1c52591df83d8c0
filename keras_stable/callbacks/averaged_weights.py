"""AveragedWeights: validates, and ends, with the optimizer's moving average of the weights."""

from typing import Any

import keras

from keras_stable.callbacks.checked_callback import CheckedCallback
from keras_stable.errors import invalid_argument
from keras_stable.layers.averages import moving_averages


class AveragedWeights(CheckedCallback):
    """Puts the moving averages of an optimizer with `use_ema=True` into the model wherever it is not trained.

    The average of the last steps moves more steadily than any one of them (Polyak and Juditsky 1992), and so does
    its validation accuracy. Validation in `fit`, the callbacks that come after this one at the end of an epoch,
    and the model after `fit` have the averages; the steps go on from the weights as they were.

    Unlike `keras.callbacks.SwapEMAWeights` it copies, so that nothing is rounded, and the averages also stand in the
    model when training stops early. A callback that changes weights at the end of an epoch, such as
    `FeatureNormalizationUpdate`, must come before it. It writes no key into `logs`.

    Raises:
        ValueError: when training begins, the optimizer keeps no moving averages.
    """

    def __init__(self) -> None:
        super().__init__()
        self._trained: list[tuple[Any, Any]] | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._trained = None
        optimizer = self.model.optimizer
        if not getattr(getattr(optimizer, "inner_optimizer", optimizer), "use_ema", False):
            raise invalid_argument("optimizer", "one with use_ema=True", optimizer)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._put_back()

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._put_averages()

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        self._put_back()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._put_averages()

    def _put_averages(self) -> None:
        if self._trained is not None:
            return
        averages = moving_averages(self.model.optimizer)
        variables = [variable for variable in self.model.trainable_variables if id(variable) in averages]
        self._trained = [(variable, keras.ops.copy(variable.value)) for variable in variables]
        for variable in variables:
            variable.assign(averages[id(variable)])

    def _put_back(self) -> None:
        for variable, value in self._trained or ():
            variable.assign(value)
        self._trained = None
