"""What `compile` was told."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Compiled:
    """The optimizer and the precision.

    Attributes:
        optimizer: str in snake case: "adam", "adamw", "sgd", "rmsprop", ..., of the class that updates.
        learning_rate: float; of a schedule the highest that it begins with.
        schedule: str, class of the learning-rate schedule; "" for a constant rate.
        momentum: float.
        weight_decay: float, or None.
        clipnorm, clipvalue, global_clipnorm: float, or None.
        guarded: bool, whether it is an optimizer of this package.
        loss_scaling: bool.
        precision: str, the dtype policy, such as "float32" or "mixed_float16".
        replicas: int.
        jit_compile: bool.
    """

    optimizer: str = "adam"
    learning_rate: float = 1e-3
    schedule: str = ""
    momentum: float = 0.0
    weight_decay: float | None = None
    clipnorm: float | None = None
    clipvalue: float | None = None
    global_clipnorm: float | None = None
    guarded: bool = False
    loss_scaling: bool = False
    precision: str = "float32"
    replicas: int = 1
    jit_compile: bool = False
