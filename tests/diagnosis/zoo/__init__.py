"""Programs that train well and programs that do not, for judging the audit: HEALTHY and SICK, by name."""

import importlib
from pathlib import Path

from .program import HEALTHY, SICK, Healthy, Sick

for _path in sorted(Path(__file__).parent.glob("healthy_*.py")) + sorted(Path(__file__).parent.glob("sick_*.py")):
    importlib.import_module(f"{__name__}.{_path.stem}")

__all__ = ["HEALTHY", "SICK", "Healthy", "Sick"]
