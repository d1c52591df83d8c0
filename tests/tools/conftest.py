"""Lets tests import the scripts of tools/, and the zoo that some of them run over."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "diagnosis")]
