"""Which mistakes are made, and which tests are asked."""

import sys
from pathlib import Path

import pytest

pytest.importorskip("mutmut", reason="the extra `mutants` is not installed")
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _tools(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    yield
    for name in ("mutants", "mutant_making", "mutant_running"):
        sys.modules.pop(name, None)


def test_thresholds_bounds_and_decorated_functions_are_mutated(tmp_path):
    from mutant_making import mutants

    path = tmp_path / "one.py"
    path.write_text(
        "LIMIT = 0.5\n\n\n@property\ndef above(x: int = 1) -> bool:\n"
        '    if x is None:\n        raise ValueError("no", 3)\n    return x > LIMIT and not x * 2 == 4\n'
    )
    differences = {mutant.difference(path.read_text()) for mutant in mutants(path)}
    for line, mistakes in {
        "LIMIT = 0.5": ["LIMIT = 0.4", "LIMIT = 1.5", "LIMIT = None"],
        "def above(x: int = 1) -> bool:": ["def above(x: int = 2) -> bool:"],
        "    if x is None:": ["    if x is not None:"],
        "    return x > LIMIT and not x * 2 == 4": [
            "    return x >= LIMIT and not x * 2 == 4",
            "    return x > LIMIT or not x * 2 == 4",
            "    return x > LIMIT and x * 2 == 4",
            "    return x > LIMIT and not x / 2 == 4",
            "    return x > LIMIT and not x * 3 == 4",
            "    return x > LIMIT and not x * 2 != 4",
            "    return x > LIMIT and not x * 2 == 5",
        ],
    }.items():
        for mistake in mistakes:
            assert f"-{line}\n+{mistake}" in differences
            differences.remove(f"-{line}\n+{mistake}")
    assert not differences


def test_the_nearest_tests_come_first():
    from mutants import rounds

    near, every = rounds(ROOT / "keras_stable" / "ops" / "norms.py")
    assert near == ["keras_stable/ops/norms.py", "tests/ops/test_norms.py"]
    assert {"tests/ops/test_clips.py", "tests/ops/test_norms.py"} <= set(every)
    assert [*rounds(ROOT / "keras_stable" / "ops" / "clips.py")][1] == every


@pytest.mark.parametrize(("successes", "bounds"), [(40, (0.9124, 1.0)), (36, (0.7695, 0.9604)), (0, (0.0, 0.0876))])
def test_the_bounds_of_a_share(successes, bounds):
    """The figures of the Wilson interval for 40 draws, as statistics tables have them."""
    from mutants import interval

    assert interval(successes, 40) == pytest.approx(bounds, abs=2e-4)
