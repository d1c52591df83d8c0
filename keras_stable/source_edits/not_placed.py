"""Why an edit cannot be made in a source."""

from keras_stable.errors import KerasStableError


class NotPlacedError(KerasStableError):
    """Where an edit has to go is not certain; the message says why."""
