"""The dashboard: what a training looks like in TensorBoard, in callbacks that also work alone."""

from keras_stable.callbacks.dashboard.composition import Dashboard

__all__ = ["Dashboard"]
