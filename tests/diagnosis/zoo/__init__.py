"""Programs that train well and programs that do not, for judging the audit: HEALTHY and SICK, by name."""

from . import (  # noqa: F401
    healthy_dense,
    healthy_images,
    healthy_regression,
    healthy_sequences,
    healthy_structures,
    healthy_training,
)
from .program import HEALTHY, SICK, Healthy, Sick

__all__ = ["HEALTHY", "SICK", "Healthy", "Sick"]
