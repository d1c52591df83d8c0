"""`DataState`: what the reading of the data depends on, as it was when the present pass over them began."""

from typing import Any

import keras
import numpy as np

from keras_stable.checkpoints.data_order import changed_variables, source_of
from keras_stable.checkpoints.object_states import ObjectState
from keras_stable.checkpoints.plain_values import Decoder, Encoder
from keras_stable.checkpoints.random_states import capture_host_states, host_states, restore_host_states
from keras_stable.errors import CheckpointError


class DataState:
    """The random numbers of the host, the variables of a tf.data pipeline and the state of a `PyDataset`.

    Data are read ahead of the training, so that only the state at the beginning of a pass says what will be read.

    Args:
        iterator: the epoch iterator of `fit`.
    """

    def __init__(self, iterator: Any) -> None:
        self._variables = changed_variables(iterator)
        source = source_of(iterator)
        self._dataset = ObjectState(source) if isinstance(source, keras.utils.PyDataset) else None
        self._content: dict[str, Any] = {}
        self._arrays: dict[str, Any] = {}
        self._host: Any = None
        self.keep()

    def keep(self) -> None:
        """Keeps the state as it is now."""
        encoder = Encoder([], prefix="data-")
        self._content = {
            "host": capture_host_states(host_states(), encoder),
            "variables": [encoder.keep(variable.read_value()) for variable in self._variables],
            "dataset": None if self._dataset is None else self._dataset.capture(encoder),
        }
        self._arrays = encoder.arrays

    def capture(self, encoder: Encoder) -> dict[str, Any]:
        """Returns what was kept as JSON; the encoder has its arrays."""
        encoder.arrays.update(self._arrays)
        return self._content

    def restore(self, content: Any, decoder: Decoder) -> None:
        """Sets the state to one that was captured.

        Raises:
            CheckpointError: it is none of this data.
        """
        self.restore_data(content, decoder)
        restore_host_states(content["host"], decoder)
        self._host = host_states()

    def restore_data(self, content: Any, decoder: Decoder) -> None:
        """Sets the pipeline's variables and the `PyDataset` alone.

        Raises:
            CheckpointError: they are none of this data.
        """
        if not isinstance(content, dict) or not isinstance(content.get("variables"), list):
            raise CheckpointError("The checkpoint does not hold the state of the data")
        values = [decoder.array(name) for name in content["variables"]]
        if [value.shape for value in values] != [tuple(variable.shape) for variable in self._variables]:
            raise CheckpointError("The checkpoint holds the state of another tf.data pipeline")
        for variable, value in zip(self._variables, values, strict=True):
            variable.assign(value)
        if self._dataset is not None:
            self._dataset.restore(content.get("dataset"), decoder)

    @property
    def host_was_left_alone(self) -> bool:
        """Whether reading the data since `restore` drew no random numbers of the host."""
        if self._host is None:
            return True
        (python, numpy), (python_now, numpy_now) = self._host, host_states()
        return python == python_now and all(np.array_equal(a, b) for a, b in zip(numpy, numpy_now, strict=True))
