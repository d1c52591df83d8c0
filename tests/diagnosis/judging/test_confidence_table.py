import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "tools"))
sys.path.insert(0, str(Path(__file__).parents[1]))

from calibrate import cases_of
from reliability import fitted, share_of
from zoo import verdicts

from keras_stable.diagnosis.judging.calibration import share_right
from keras_stable.diagnosis.judging.confidence_table import STEPS


@pytest.fixture(scope="module")
def cases():
    return list(cases_of(verdicts.read()))


def test_it_is_what_the_kept_verdicts_say(cases):
    assert {name: tuple(map(tuple, steps)) for name, steps in fitted(cases).items()} == STEPS


def test_each_finding_of_the_zoo_is_as_sure_as_its_step(cases):
    steps = fitted(cases)
    assert [share_right(case.standing, case.score) for case in cases] == [share_of(steps, case) for case in cases]
