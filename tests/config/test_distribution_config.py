"""The `distribution` section."""

import pytest
from pydantic import ValidationError

from keras_stable.config.distribution_config import DistributionConfig


def test_nothing_is_spread_unless_asked_for():
    assert DistributionConfig().model_dump() == {"strategy": "none", "check_replicas_every": 100}


@pytest.mark.parametrize("strategy", ["none", "mirrored", "multi_worker"])
def test_the_strategies(strategy):
    assert DistributionConfig(strategy=strategy).strategy == strategy


@pytest.mark.parametrize("wrong", [{"strategy": "tpu"}, {"check_replicas_every": -1}, {"check_replicas_every": 1.5}])
def test_what_is_refused(wrong):
    with pytest.raises(ValidationError):
        DistributionConfig(**wrong)
