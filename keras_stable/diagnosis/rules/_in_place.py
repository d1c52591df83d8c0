"""Remedies that a program already applies, which a finding does not advise again."""

from keras_stable.diagnosis.facts import Compiled

LIMIT = 0.5  # the norm that remedies advise to clip to


def bounds_gradients(compiled: Compiled | None) -> bool:
    """Returns whether the optimizer clips the gradient by a norm, so that no step is longer than it allows.

    >>> bounds_gradients(Compiled(global_clipnorm=0.5)), bounds_gradients(Compiled()), bounds_gradients(None)
    (True, False, False)
    """
    return compiled is not None and (compiled.global_clipnorm is not None or compiled.clipnorm is not None)
