import inspect
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from keras_stable.cli import main

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def run():
    """Runs a command in this process, and returns its exit code and what it printed."""
    # Click before 8.2 mixes the two streams unless it is told not to.
    separate = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}
    return lambda *arguments: CliRunner(**separate).invoke(main, list(map(str, arguments)), prog_name="keras-stable")
