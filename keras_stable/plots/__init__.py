"""Pictures, drawn without a screen."""

from keras_stable.plots.curves import draw_curves, save_curves

__all__ = ["draw_curves", "save_curves"]
