"""What the layers hold that Keras does not know of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class UntrackedVariable:
    """A `tf.Variable` of a layer that is none of the model's variables.

    Attributes:
        layer: str, path of the layer.
        attribute: str, its name there.
        shape: tuple of int.
    """

    layer: str = "projection"
    attribute: str = "w"
    shape: tuple[int | None, ...] = (20, 8)
