"""An own loop, made into what an audit takes: a compiled model with its first weights, and the data."""

from typing import Any

import numpy as np

from keras_stable.scripts.own_loops import OwnLoop

UNKNOWN_LOSS = "what the own loop minimizes is not known: its loss is none of keras.losses"


def compiled_for_audit(loop: OwnLoop) -> Any:
    """Returns the model as it was before the loop's first step, compiled with the loss and optimizer of the loop.

    Where the loss was not met, it is a model whose training step has a loss of its own, which cannot be taken: what
    needs no loss can be looked at.

    Args:
        loop: with at least one batch.
    """
    model = loop.model
    if loop.weights and len(loop.weights) == len(model.weights):
        model.set_weights(loop.weights)
    optimizer = loop.optimizer or model.optimizer
    # As it was before its first step: its moments begin anew.
    fresh = type(optimizer).from_config(optimizer.get_config())
    if loop.optimizer is None:
        model.optimizer = fresh
    elif loop.loss is None and not getattr(model, "compiled", False):
        return _without_loss(model, fresh)
    else:
        model.compile(fresh, loss=loop.loss or model.loss)
    return model


def _without_loss(model: Any, optimizer: Any) -> Any:
    import keras

    class OwnLoopModel(keras.Model):
        """A model that only a loop of its user's can train."""

        def __init__(self) -> None:
            super().__init__(name=model.name)
            self.trained = model

        def call(self, *inputs: Any, **named: Any) -> Any:
            return self.trained(*inputs, **named)

        def train_step(self, data: Any) -> Any:
            raise NotImplementedError(UNKNOWN_LOSS)

    made = OwnLoopModel()
    made.compile(optimizer)
    return made


def loop_arguments(loop: OwnLoop) -> dict[str, Any]:
    """Returns the batches as arguments of `fit`: arrays in the order of the loop.

    Batches that do not fit together, as those of sequences of different lengths, make a dataset.
    """
    import keras

    sizes = [len(keras.tree.flatten(x)[0]) for x, _ in loop.batches]
    shuffled = {"batch_size": max(sizes), "shuffle": False}
    try:
        x = keras.tree.map_structure(lambda *parts: np.concatenate(parts), *(x for x, _ in loop.batches))
        y = keras.tree.map_structure(lambda *parts: np.concatenate(parts), *(y for _, y in loop.batches))
    except ValueError:
        return {"x": _dataset(loop.batches), "shuffle": False}
    return {"x": x, "y": y, **shuffled}


def _dataset(batches: list[tuple[Any, Any]]) -> Any:
    import keras

    class LoopBatches(keras.utils.PyDataset):
        """The batches of a loop."""

        def __len__(self) -> int:
            return len(batches)

        def __getitem__(self, index: int) -> tuple[Any, Any]:
            return batches[index]

    return LoopBatches()
