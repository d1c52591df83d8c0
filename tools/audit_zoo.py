"""Judges the audit by the programs of tests/diagnosis/zoo: what it finds in sick ones, and if it spares the others.

python tools/audit_zoo.py                                every program, healthy ones before and after training
python tools/audit_zoo.py --kind healthy --seeds 3 --rows build --processes 2
                                                         so many at once; what build/ has of this code is not run again
python tools/audit_zoo.py --golden                       compares with the verdicts in golden/; exits 1 when one moved
python tools/audit_zoo.py --golden --write               keeps the new verdicts instead
python tools/audit_zoo.py --only conv_net xor_tanh --train
                                                         no audit: what each program reaches by its own fit
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "diagnosis"))

from zoo import HEALTHY, SICK, examining, verdicts
from zoo_summary import line, markdown, put_into, totals

import keras_stable

CHANGES_NO_VERDICT = ("confidence_table.py",)

Row = dict[str, Any]


def arguments() -> argparse.Namespace:
    """Returns the parsed command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="names of programs")
    parser.add_argument("--kind", choices=["healthy", "sick"])
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="seeds 0 to N - 1 of each program")
    parser.add_argument("--train", action="store_true", help="train only, and print what each program reaches")
    parser.add_argument("--rows", type=Path, metavar="DIRECTORY", help="keep rows there, and resume")
    parser.add_argument("--processes", type=int, default=1, metavar="N", help="run so many at once")
    parser.add_argument("--shard", default="0/1", metavar="K/N", help="every N-th program, from the K-th on")
    parser.add_argument("--golden", action="store_true", help="compare with the verdicts that are kept")
    parser.add_argument("--write", action="store_true", help="with --golden: keep the new ones")
    parser.add_argument("--results", type=Path, metavar="PATH", help="put the table into this page, between its marks")
    return parser.parse_args()


def chosen(options: argparse.Namespace) -> list[tuple[str, int]]:
    """Returns program and seed of everything that the command line asks for.

    Raises:
        SystemExit: it names a program that there is not.
    """
    programs = [*(SICK if options.kind != "healthy" else ()), *(HEALTHY if options.kind != "sick" else ())]
    if unknown := set(options.only or ()) - set(programs):
        print(f"--only must name programs of the zoo. Received: {', '.join(sorted(unknown))}", file=sys.stderr)
        raise SystemExit(2)
    every = [(name, seed) for seed in range(options.seeds) for name in options.only or programs]
    part, parts = map(int, options.shard.split("/"))
    return every[part::parts]


def rows_file(directory: Path) -> Path:
    """Returns the file in a directory that has the rows of this very code; the directory is made."""
    directory.mkdir(parents=True, exist_ok=True)
    code = verdicts.digest(
        Path(keras_stable.__file__).parent, Path(verdicts.__file__).parent, without=CHANGES_NO_VERDICT
    )
    return directory / f"zoo-{code}.jsonl"


def read_rows(path: Path) -> list[Row]:
    """Returns the rows of a file, none where there is no file."""
    return [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def run(options: argparse.Namespace, path: Path) -> Iterator[Row]:
    """Yields a row for each audit that is not in the file yet, and appends it there."""
    programs = {**HEALTHY, **SICK}
    done = {(row["program"], row["seed"], row["stage"]) for row in read_rows(path)}
    for name, seed in chosen(options):
        program = programs[name]
        if all((name, seed, stage) in done for stage in examining.stages(program)):
            continue
        for row in examining.examined(program, seed):
            if (name, seed, row["stage"]) not in done:
                # One write: the lines of several processes do not mix.
                with path.open("ab", buffering=0) as stream:
                    stream.write((json.dumps(row) + "\n").encode())
            yield row


def run_in_processes(options: argparse.Namespace) -> bool:
    """Runs a shard in each of several processes; returns whether each of them came to its end."""
    own = [sys.argv[0], "--rows", str(options.rows), "--seeds", str(options.seeds)]
    own += ["--kind", options.kind] if options.kind else []
    own += ["--only", *options.only] if options.only else []
    shards = [f"{part}/{options.processes}" for part in range(options.processes)]
    children = [subprocess.Popen([sys.executable, *own, "--shard", shard]) for shard in shards]
    codes = [child.wait() for child in children]
    return not any(codes)


def compare(rows: list[Row], *, write: bool) -> int:
    """Prints what moved since the verdicts were kept, or keeps the new ones; returns 1 where some moved."""
    new = verdicts.verdicts_of(rows)
    differences = list(verdicts.moved(verdicts.read(), new))
    print("\n" + "\n".join(differences or [f"{len(new)} verdicts are as they were kept."]))
    failed = [name for name, verdict in new.items() if verdict.state == "failed" or verdict.crashed]
    if not write:
        return int(bool(differences))
    if failed:
        print(f"Nothing was written, for these failed: {', '.join(failed)}", file=sys.stderr)
        return 1
    verdicts.write(new)
    return 0


def main() -> int:
    """Runs the zoo; returns 1 where a verdict moved, 2 for what cannot be right."""
    options = arguments()
    if options.write and not options.golden:
        print("--write must go with --golden. Received: --write alone", file=sys.stderr)
        return 2
    if options.train:
        for name, seed in chosen(options):
            print(line(examining.reached({**HEALTHY, **SICK}[name], seed)), flush=True)
        return 0
    with tempfile.TemporaryDirectory() as directory:
        options.rows = options.rows or Path(directory)
        path = rows_file(options.rows)
        if options.processes > 1 and not run_in_processes(options):
            print(f"A process ended early; what it had done is in {path}", file=sys.stderr)
            return 2
        for row in run(options, path):
            print(line(row), flush=True)
        if options.shard != "0/1":
            return 0
        asked = set(chosen(options))
        rows = [row for row in read_rows(path) if (row["program"], row["seed"]) in asked]
    print("\n" + "\n".join(f"{name:66} {value}" for name, value in totals(rows).items()))
    if options.results:
        put_into(options.results, markdown(rows))
    return compare(rows, write=options.write) if options.golden else 0


if __name__ == "__main__":
    sys.exit(main())
