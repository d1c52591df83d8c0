"""keras_stable: finds out why Keras training goes wrong, fixes it, and keeps it fixed.

Names load on first use, so `import keras_stable` does not import TensorFlow.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keras_stable import callbacks, distribution, export, layers, losses, metrics, models, optimizers
    from keras_stable.diagnosis.audit import audit
    from keras_stable.models.loading import load_model
    from keras_stable.repairs.repairing import repair
    from keras_stable.runs.comparison import compare
    from keras_stable.runs.training import train

__version__ = "0.1.0"

_HOME = {
    "audit": "keras_stable.diagnosis.audit",
    "callbacks": "keras_stable.callbacks",
    "compare": "keras_stable.runs.comparison",
    "distribution": "keras_stable.distribution",
    "export": "keras_stable.export",
    "layers": "keras_stable.layers",
    "load_model": "keras_stable.models.loading",
    "losses": "keras_stable.losses",
    "metrics": "keras_stable.metrics",
    "models": "keras_stable.models",
    "optimizers": "keras_stable.optimizers",
    "repair": "keras_stable.repairs.repairing",
    "replay": "keras_stable.runs.replaying",
    "train": "keras_stable.runs.training",
}

__all__ = [
    "audit",
    "callbacks",
    "compare",
    "distribution",
    "export",
    "layers",
    "load_model",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "repair",
    "replay",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'keras_stable' has no attribute {name!r}")
    importlib.import_module("keras_stable.keras_check")
    module = importlib.import_module(_HOME[name])
    return getattr(module, name) if hasattr(module, name) else module


def __dir__() -> list[str]:
    return sorted(__all__)


def load_ipython_extension(ipython: Any) -> None:
    """Offers the cell magic `%%audit`; IPython calls this for `%load_ext keras_stable`."""
    from keras_stable.scripts.magics import register

    register(ipython)
