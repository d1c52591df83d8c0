"""What every test starts from."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest


@pytest.fixture
def operations_as_they_are():
    """Another test of this process may have made them deterministic, which changes what can be drawn and replayed."""
    from tensorflow.python.framework import config

    before = config.is_op_determinism_enabled()
    config.disable_op_determinism()
    yield
    if before:
        config.enable_op_determinism()
