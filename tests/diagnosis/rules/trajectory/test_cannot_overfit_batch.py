import math

import pytest

from keras_stable.diagnosis.facts import Overfit
from keras_stable.diagnosis.rules.trajectory.cannot_overfit_batch import cannot_overfit_batch


@pytest.mark.parametrize(
    ("error", "last", "state", "expected"),
    [
        (0.6, 2.2, "stuck", "warning"),
        (0.6, 2.2, "learning", "advice"),
        (0.6, 2.2, "unknown", "advice"),
        (0.0, 2.2, "stuck", None),
        (0.1, 0.3, "stuck", None),
        (0.6, math.nan, "stuck", None),
        (0.6, math.inf, "stuck", "warning"),
        (math.nan, 2.2, "stuck", None),
    ],
)
def test_one_batch(severity, learning, error, last, state, expected):
    assert (
        severity(cannot_overfit_batch, overfit=Overfit(error=error, last_loss=last), learning=learning(state))
        == expected
    )
