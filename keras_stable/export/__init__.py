"""SavedModel export, proven in a process without Keras."""

from keras_stable.export.saved_model import export_saved_model

__all__ = ["export_saved_model"]
