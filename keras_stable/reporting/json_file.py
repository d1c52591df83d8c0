"""Reads JSON that may be missing or broken."""

import json
from pathlib import Path
from typing import Any


def read_json(path: Path) -> Any | None:
    """Returns what a JSON file holds, or None where it is missing, broken, or nested too deeply."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
