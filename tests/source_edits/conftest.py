"""Sources to edit; what lies in scripts/ is no test."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

collect_ignore = ["scripts"]
