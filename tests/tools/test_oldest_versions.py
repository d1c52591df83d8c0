import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_lock_of_the_oldest_versions_has_every_lower_bound():
    command = [sys.executable, str(ROOT / "tools" / "oldest_versions.py")]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.lower().split()
    lines = (ROOT / "requirements-oldest.lock").read_text(encoding="utf-8").lower().split()
    locked = dict(line.split("==") for line in lines if "==" in line)
    assert len(printed) >= 12
    for name, bound in (line.split("==") for line in printed):
        assert f"{locked[name]}.0.0".startswith(f"{bound}."), name
