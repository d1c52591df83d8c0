import json
import math
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from keras_stable.reporting.plain_values import plain


@dataclass(frozen=True)
class Inner:
    value: float = math.nan


@dataclass(frozen=True)
class Outer:
    inner: tuple[Inner, ...] = (Inner(), Inner(2.0))
    name: str = "a"


def test_dataclasses_arrays_and_numbers_that_are_not_finite():
    value = {
        "outer": Outer(),
        3: [np.int64(1), np.float32(0.5), np.bool_(True), np.float64("inf"), -math.inf],
        "array": np.array([[1.0, np.nan]]),
        "set": {"b", "a"},
        "none": None,
    }
    result = plain(value)
    assert result == {
        "outer": {"inner": [{"value": None}, {"value": 2.0}], "name": "a"},
        "3": [1, 0.5, True, None, None],
        "array": [[1.0, None]],
        "set": ["a", "b"],
        "none": None,
    }
    assert type(result["3"][0]) is int
    assert type(result["3"][2]) is bool
    json.dumps(result, allow_nan=False)


def test_what_json_does_not_know_becomes_its_text():
    assert plain([PurePosixPath("a/b"), 1j, Outer]) == ["a/b", "1j", str(Outer)]
