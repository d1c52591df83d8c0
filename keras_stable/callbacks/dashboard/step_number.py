"""Which step a training is at."""

import keras


def steps_taken(model: keras.Model, otherwise: int) -> int:
    """Returns how many steps the model's optimizer has taken.

    Args:
        model: the model.
        otherwise: int, what a model without an optimizer of its own is at.
    """
    iterations = getattr(getattr(model, "optimizer", None), "iterations", None)
    return otherwise if iterations is None else int(keras.ops.convert_to_numpy(iterations))
