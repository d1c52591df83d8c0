"""The masks that hide steps of a sequence from a layer."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_stable.keras_private import mask_of

# By which names layers take a mask of steps, those of what an attention looks at before that of who looks.
_OF_STEPS = ("mask", "value_mask", "key_mask", "query_mask")


def step_mask(entered: Sequence[tf.Tensor], arguments: Mapping[str, Any]) -> tuple[tf.Tensor, ...]:
    """Returns the one mask [rows, steps] under which a layer is called, True for steps that it sees, or ().

    A mask is an argument, or Keras has left it on a tensor, where the layer finds it. An attention mask that is the
    same for all rows hides the future, say, and no padding.

    Args:
        entered: tensors that enter the layer.
        arguments: by name.

    >>> masked = keras.layers.Masking()(tf.constant([[[1.0], [0.0]]]))
    >>> step_mask([masked], {})[0].numpy().tolist(), step_mask([tf.ones((1, 2, 1))], {})
    ([[True, False]], ())
    """
    given = [mask for name in _OF_STEPS for mask in keras.tree.flatten(arguments.get(name)) if _is_mask(mask, 2)]
    if given:
        return (given[0],)
    seen: Any = arguments.get("attention_mask")
    if _is_mask(seen, 3) and seen.shape[0] != 1:
        keys = tf.cast(seen, tf.bool)
        return (tf.reduce_any(tf.reshape(keys, (tf.shape(keys)[0], -1, tf.shape(keys)[-1])), 1),)
    left = [mask_of(tensor) for tensor in entered]
    return tuple(mask for mask in left[::-1] if _is_mask(mask, 2))[:1]


def hidden_share(mask: tf.Tensor) -> float:
    """Returns the share of the steps that a mask hides.

    >>> hidden_share(tf.constant([[True, True, False, False]]))
    0.5
    """
    return 1.0 - float(tf.reduce_mean(tf.cast(tf.cast(mask, tf.bool), tf.float32)))


def _is_mask(mask: Any, rank: int) -> bool:
    return tf.is_tensor(mask) and len(mask.shape) >= rank
