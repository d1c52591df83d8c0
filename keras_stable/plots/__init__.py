"""Pictures, drawn without a screen."""

from keras_stable.plots.curves import draw_curves, draw_panel, save_curves

__all__ = ["draw_curves", "draw_panel", "save_curves"]
