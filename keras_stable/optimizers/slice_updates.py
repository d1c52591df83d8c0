"""Which optimizers may be handed slices in place of the dense gradient."""

from typing import Any

import keras

from keras_stable.optimizers.signatures import stock_class
from keras_stable.optimizers.update_clipping import UpdateClipping


def updates_slices_as_dense(optimizer: Any) -> bool:
    """Returns whether slices without a repeated index move the weights as the dense gradient does.

    Keras tests that for each of its own optimizers; where moments decay in every row, its update makes the slices
    dense itself. Nothing is known of an update that a user has written.

    >>> from keras_stable.optimizers import SGD, guard
    >>> class Own(keras.optimizers.SGD):
    ...     __module__ = "my_module"
    ...     def update_step(self, gradient, variable, learning_rate):
    ...         variable.assign_sub(gradient)
    >>> updates_slices_as_dense(SGD()), updates_slices_as_dense(guard(Own)())
    (True, False)
    """
    kind: Any = type(optimizer)
    stock: Any = stock_class(kind)
    if "update_step" in vars(optimizer) or stock.apply is not keras.optimizers.Optimizer.apply:
        return False
    owner = next(base for base in kind.__mro__ if "update_step" in vars(base) and base is not UpdateClipping)
    return owner.__module__.partition(".")[0] in ("keras", "keras_stable")
