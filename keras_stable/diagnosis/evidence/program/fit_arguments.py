"""What `fit` is given beside the data: callbacks, and which epochs it runs and validates. Imports no TensorFlow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from keras_stable.arguments import is_integer
from keras_stable.errors import invalid_argument


@dataclass(frozen=True)
class FitArguments:
    """The arguments of `fit` that say what happens around its steps.

    Attributes:
        callbacks: tuple of the callbacks, in the order in which `fit` calls them.
        initial_epoch: int, the first epoch that is trained.
        validation_freq: int, epochs between two validations, or the numbers (from 1) of those that are validated.
    """

    callbacks: tuple[Any, ...] = ()
    initial_epoch: int = 0
    validation_freq: int | tuple[int, ...] = 1

    @classmethod
    def checked(
        cls,
        *,
        callbacks: Any = None,
        epochs: int | None = None,
        initial_epoch: int = 0,
        validation_freq: int | Sequence[int] = 1,
        verbose: int | str = "auto",
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
    ) -> "FitArguments":
        """Returns the arguments, as `fit` takes them.

        Raises:
            InvalidArgumentError: one of them cannot be right, those without a bearing included.

        >>> FitArguments.checked(initial_epoch=3).initial_epoch
        3
        """
        for name, number in (("validation_steps", validation_steps), ("validation_batch_size", validation_batch_size)):
            if number is not None and not is_integer(number, at_least=1):
                raise invalid_argument(name, "a positive integer or None", number)
        if not is_integer(initial_epoch, at_least=0):
            raise invalid_argument("initial_epoch", "an integer of at least 0", initial_epoch)
        if epochs is not None and is_integer(epochs, at_least=1) and initial_epoch >= epochs:
            must_be = f"below `epochs`, which is {epochs} and counts from 0: `fit` would train nothing"
            raise invalid_argument("initial_epoch", must_be, initial_epoch)
        if not (verbose == "auto" or verbose in (True, False) or is_integer(verbose, at_least=0)):
            raise invalid_argument("verbose", '"auto", 0, 1 or 2', verbose)
        return cls(_listed(callbacks), int(initial_epoch), _frequency(validation_freq))

    def validates(self, epoch: int) -> bool:
        """Returns whether an epoch, counted from 0, is followed by a validation.

        >>> [epoch for epoch in range(6) if FitArguments(validation_freq=2).validates(epoch)]
        [1, 3, 5]
        """
        if isinstance(self.validation_freq, int):
            return (epoch + 1) % self.validation_freq == 0
        return epoch + 1 in self.validation_freq


def _listed(callbacks: Any) -> tuple[Any, ...]:
    """Returns the callbacks of a single one, a list that may hold lists, or a `keras.callbacks.CallbackList`."""
    if callbacks is None:
        return ()
    inside = getattr(callbacks, "callbacks", callbacks)
    if isinstance(inside, list | tuple):
        return tuple(callback for part in inside for callback in _listed(part))
    if not callable(getattr(inside, "on_epoch_end", None)):
        raise invalid_argument("callbacks", "keras.callbacks.Callback objects", inside)
    return (inside,)


def _frequency(value: int | Sequence[int]) -> int | tuple[int, ...]:
    if is_integer(value, at_least=1):
        return int(value)  # type: ignore[arg-type]
    if isinstance(value, list | tuple | set | range) and all(is_integer(epoch, at_least=1) for epoch in value):
        return tuple(int(epoch) for epoch in value)
    raise invalid_argument("validation_freq", "a positive integer or a list of them", value)
