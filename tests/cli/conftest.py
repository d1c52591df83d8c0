import pytest
from click.testing import CliRunner

from keras_stable.cli import main


@pytest.fixture
def run():
    """Runs a command in this process, and returns its exit code and what it printed."""
    return lambda *arguments: CliRunner().invoke(main, list(map(str, arguments)), prog_name="keras-stable")
