"""SavedModel export, proven in a process without Keras."""

from keras_stable import keras_check  # noqa: F401  (it fails first, with one clear line)
from keras_stable.export.run_export import PROOF_SAMPLES, export_run
from keras_stable.export.saved_model import export_saved_model

__all__ = ["PROOF_SAMPLES", "export_run", "export_saved_model"]
