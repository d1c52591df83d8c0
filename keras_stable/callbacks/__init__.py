"""Keras callbacks, each with one job."""

from keras_stable import keras_check  # noqa: F401  (it fails first, with one clear line)
from keras_stable.callbacks.audit_callback import AuditCallback
from keras_stable.callbacks.averaged_weights import AveragedWeights
from keras_stable.callbacks.checkpoint import Checkpoint
from keras_stable.callbacks.dashboard import Dashboard
from keras_stable.callbacks.feature_normalization_update import FeatureNormalizationUpdate
from keras_stable.callbacks.gradient_norm_logger import GradientNormLogger
from keras_stable.callbacks.prediction_diversity_logger import PredictionDiversityLogger
from keras_stable.callbacks.replica_check import ReplicaCheck
from keras_stable.callbacks.stability_guard import StabilityGuard

__all__ = [
    "AuditCallback",
    "AveragedWeights",
    "Checkpoint",
    "Dashboard",
    "FeatureNormalizationUpdate",
    "GradientNormLogger",
    "PredictionDiversityLogger",
    "ReplicaCheck",
    "StabilityGuard",
]
