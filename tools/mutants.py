"""Asks whether the tests would notice a small mistake: makes one at a time, and runs the tests.

    make mutants                                             a sample from the numerical and the judging code
    python tools/mutants.py keras_stable/layers --sample 40  40 mutants of these files, drawn by --seed
    python tools/mutants.py keras_stable/layers              all of them: hours

A mutant is run against the doctests of its file and the tests that mirror it, keras_stable/ops/norms.py against
tests/ops/test_norms.py, and then against every test in that directory, which --near leaves out. One that makes a test
fail, or take five times as long, is killed; of one that survives, the changed lines are printed. The exit code is 1
when the share that was killed is below --at-least. Needs the extra `mutants`.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mutant_making import Mutant, mutants
from mutant_running import FAILED, NO_TESTS, PASSED, TIMEOUT, run
from reliability import interval

ROOT = Path(__file__).resolve().parent.parent
# The package's longest tests take minutes; nobody waits for those of a mutant.
LONGEST = 600.0


def files(names: Sequence[str]) -> list[Path]:
    """Returns the Python files of the package that are named, or lie in a directory that is."""
    paths = [
        path for name in names for path in ([ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py"))
    ]
    return sorted({path for path in paths if path.name != "__init__.py"})


def rounds(path: Path) -> Iterator[list[str]]:
    """Yields the tests of a file, the nearest first."""
    inside = path.relative_to(ROOT).parts[1:]
    directory = Path("tests", *inside[:-1])
    mirror = directory / f"test_{inside[-1]}"
    near = [str(path.relative_to(ROOT))] + ([str(mirror)] if (ROOT / mirror).exists() else [])
    yield near
    # The tests of a package lie in one directory, whichever of its files they are for: all of them, so that how long
    # they take without a mutant has to be found out once for a directory.
    yield [str(test.relative_to(ROOT)) for test in sorted((ROOT / directory).glob("test_*.py"))]


def killed(mutant: Mutant, groups: Iterable[list[str]], limits: dict[tuple[str, ...], float]) -> bool:
    """Whether a test fails with the mutant. `limits` keeps how long each group of tests may take."""
    source = mutant.path.relative_to(ROOT)
    for tests in groups:
        group = tuple(tests)
        if group not in limits:
            start = time.monotonic()
            outcome, said = run(ROOT, tests, LONGEST)
            if outcome not in (PASSED, NO_TESTS):
                raise SystemExit(f"Without a mutant, {' '.join(tests)} must pass:\n{said[-3000:]}")
            limits[group] = 10 + 5 * (time.monotonic() - start)
        if run(ROOT, tests, limits[group], source, mutant.text)[0] in (FAILED, TIMEOUT):
            return True
    return False


def main() -> int:
    """Runs the mutants, prints those that survive, and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", help="files and directories of the package, from the repository's root")
    parser.add_argument("--sample", type=int, help="how many mutants to draw; without it, all")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--near", action="store_true", help="run the nearest tests only: the score is a lower bound")
    parser.add_argument("--at-least", type=float, default=0.0, help="the share to be killed, from 0 to 1")
    parser.add_argument("--json", type=Path, help="write what became of each mutant")
    arguments = parser.parse_args()
    chosen = [mutant for path in files(arguments.paths) for mutant in mutants(path)]
    print(f"{len(chosen)} mutants of {len(files(arguments.paths))} files", flush=True)
    if arguments.sample is not None and arguments.sample < len(chosen):
        drawn = random.Random(arguments.seed).sample(range(len(chosen)), arguments.sample)
        chosen = [chosen[index] for index in sorted(drawn)]
    if not chosen:
        parser.error("paths: no file there has anything to mutate")
    limits: dict[tuple[str, ...], float] = {}
    records = []
    for mutant in chosen:
        groups = rounds(mutant.path)
        dead = killed(mutant, [next(groups)] if arguments.near else groups, limits)
        difference = mutant.difference(mutant.path.read_text(encoding="utf-8"))
        place = f"{mutant.path.relative_to(ROOT)}:{mutant.line}"
        records.append({"place": place, "kind": mutant.kind, "killed": dead, "difference": difference})
        if not dead:
            print(f"\nsurvived  {place}\n{difference}", flush=True)
    count, dead_ones = len(records), sum(record["killed"] for record in records)
    low, high = interval(dead_ones, count)
    print()
    for kind in sorted({record["kind"] for record in records}):
        outcomes = [record["killed"] for record in records if record["kind"] == kind]
        print(f"{kind:40} {sum(outcomes):4} of {len(outcomes)}")
    print(f"killed {dead_ones} of {count}: {dead_ones / count:.0%} (95 %: {low:.0%} to {high:.0%})")
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(records, indent=2) + "\n", encoding="utf-8")
    return int(dead_ones / count < arguments.at_least)


if __name__ == "__main__":
    sys.exit(main())
