"""Fuzzes what reads files of others: only the package's own errors may come out of it.

    python tools/fuzz.py                      every reader, ten minutes in all
    python tools/fuzz.py --seconds 60 config  one reader, for a minute

Inputs are either text and structures that hypothesis makes up, or valid files of which bytes are changed, cut out or
repeated. Whatever else is raised is printed with the smallest input that raises it, and the exit code is 1.
"""

import argparse
import io
import json
import sys
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from keras_stable.checkpoints.archive import read_archive as read_checkpoint
from keras_stable.checkpoints.archive import write_archive as write_checkpoint
from keras_stable.checkpoints.log_files import EventFiles
from keras_stable.config import read_config
from keras_stable.config.data_config import CsvData, NpzData, ParquetData
from keras_stable.data import load_data
from keras_stable.errors import KerasStableError
from keras_stable.export.manifest import check_manifest, write_manifest
from keras_stable.export.stored_proof import read_proof, write_proof
from keras_stable.subjects.archives import read_archive
from keras_stable.subjects.saved_models import read_model

CONFIG = "data: {kind: csv, path: t.csv}\nmodel: {encoder: mlp, hidden_units: [8, 4]}\nfit: {epochs: 2}\nseed: 3\n"
TABLE = "label,age,name,at\n" + "".join(f"{'ab'[i % 2]},{i},{'xy'[i % 2]},2020-01-0{i + 1}\n" for i in range(8))
SECTIONS = ("data", "model", "fit", "optimizer", "loss", "augmentation", "seed", "name")

_leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_trees = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)
_change = st.tuples(st.floats(0, 1), st.sampled_from(["flip", "cut", "repeat"]), st.binary(max_size=9))
_changes = st.lists(_change, max_size=4)


def changed(content: bytes, changes: list[tuple[float, str, bytes]]) -> bytes:
    """Returns bytes of which some are overwritten, cut out or repeated.

    >>> changed(b"abcd", [(0.5, "flip", b"XY"), (0.75, "cut", b"")])
    b'abX'
    """
    for share, how, extra in changes:
        at = int(share * len(content))
        if how == "flip":
            content = content[:at] + extra + content[at + len(extra) :]
        elif how == "cut":
            content = content[:at]
        else:
            content = content[:at] + content[at // 2 : at] + content[at:]
    return content


@cache
def valid(name: str) -> dict[str, bytes]:
    """Returns the files that a reader accepts, by name."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory)
        if name == "npz":
            np.savez_compressed(path / "a.npz", x=np.arange(12.0).reshape(6, 2), y=np.arange(6) % 2)
        if name == "keras":
            keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(path / "m.keras")
        if name == "checkpoint":
            write_checkpoint(path / "c", {"step": 3, "names": ["a"]}, {"a": np.arange(5.0)})
        if name == "export":
            write_proof(path, {"made up": {"x": np.ones(2)}}, {"made up": {"s": {"y": np.ones(2)}}})
            write_manifest(path)
        if name == "events":
            with tf.summary.create_file_writer(directory).as_default():
                tf.summary.scalar("loss", 1.0, step=0)
        if name == "parquet":
            import pyarrow.parquet

            table = {"label": list("abab"), "x": [1.0, None, 3.0, 4.0], "name": list("xyxy")}
            pyarrow.parquet.write_table(pyarrow.table(table), path / "t.parquet")
        return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def written(directory: Path, files: dict[str, bytes], changes: list[tuple[float, str, bytes]], pick: int) -> None:
    """Writes files of which one is changed."""
    names = sorted(files)
    for name in names:
        target = directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(changed(files[name], changes) if name == names[pick % len(names)] else files[name])


def in_zip(directory: Path, changes: list[tuple[float, str, bytes]], pick: int) -> None:
    """Changes a member of each archive, whose checksum is then right again."""
    for path in [file for file in directory.rglob("*") if zipfile.is_zipfile(file)]:
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        names = sorted(members)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name in names:
                content = members[name]
                archive.writestr(name, changed(content, changes) if name == names[pick % len(names)] else content)
        path.write_bytes(buffer.getvalue())


def read_files(name: str, read: Callable[[Path], Any]) -> Callable[[Any], None]:
    """Returns a target that reads changed files."""

    def target(data: Any) -> None:
        changes, pick = data.draw(_changes), data.draw(st.integers(0, 5))
        inside = data.draw(st.booleans())
        with tempfile.TemporaryDirectory() as directory:
            written(Path(directory), valid(name), [] if inside else changes, pick)
            if inside:
                in_zip(Path(directory), changes, pick)
            read(Path(directory))

    return target


def config(data: Any) -> None:
    """Reads a config: changed YAML, or a tree of any values."""
    if data.draw(st.booleans()):
        text = changed(CONFIG.encode(), data.draw(_changes))
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "c.yaml"
            path.write_bytes(text)
            read_config(path)
    else:
        read_config(data.draw(st.dictionaries(st.sampled_from(SECTIONS), _trees, max_size=4)))


def csv(data: Any) -> None:
    """Reads a raw table: changed text."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "t.csv"
        path.write_bytes(changed(TABLE.encode(), data.draw(_changes)))
        on_error: Any = data.draw(st.sampled_from(["raise", "skip"]))
        load_data(CsvData(kind="csv", path=str(path), on_error=on_error), batch_size=1, seed=0)


def _npz(path: Path) -> None:
    read_archive(path / "a.npz")
    load_data(NpzData(kind="npz", path=str(path / "a.npz")), batch_size=1, seed=0)


def _parquet(path: Path) -> None:
    load_data(ParquetData(kind="parquet", path=str(path / "t.parquet")), batch_size=1, seed=0)


def _export(path: Path) -> None:
    read_proof(path)
    check_manifest(path)


def _events(path: Path) -> None:
    sizes = json.loads(json.dumps(EventFiles([_Logging(path)]).sizes()))
    EventFiles([_Logging(path)]).set_back({name: size // 2 for name, size in sizes.items()}, [])


class _Logging:
    def __init__(self, path: Path) -> None:
        self.log_dir = str(path)


TARGETS: dict[str, Callable[[Any], None]] = {
    "config": config,
    "csv": csv,
    "npz": read_files("npz", _npz),
    "parquet": read_files("parquet", _parquet),
    "keras": read_files("keras", lambda path: read_model(path / "m.keras")),
    "checkpoint": read_files("checkpoint", lambda path: read_checkpoint(path / "c")),
    "export": read_files("export", _export),
    "events": read_files("events", _events),
}


def fuzz(name: str, examples: int, *, derandomize: bool = False) -> None:
    """Runs a target on made-up inputs, and raises what is no error of the package, with the smallest input."""

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=derandomize,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate] if derandomize else [Phase.generate, Phase.shrink],
    )
    @given(st.data())
    def run(data: Any) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                TARGETS[name](data)
            except KerasStableError as error:
                # A config has a line for each of its mistakes.
                if "\n" in str(error) and name != "config":
                    raise ValueError(f"an error of several lines: {error}") from error

    run()


def main() -> None:
    """Fuzzes the readers that the command line names, in turn, until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], help="default: every reader")
    parser.add_argument("--seconds", type=float, default=600)
    arguments = parser.parse_args()
    names, counts = arguments.targets or list(TARGETS), dict.fromkeys(arguments.targets or TARGETS, 0)
    until, failed = time.monotonic() + arguments.seconds, []
    while time.monotonic() < until and len(failed) < len(names):
        for name in names:
            if name in failed:
                continue
            try:
                fuzz(name, 100)
                counts[name] += 100
            except Exception as error:  # noqa: BLE001
                failed.append(name)
                print(f"{name}: {type(error).__name__}: {error}", *getattr(error, "__notes__", ()), sep="\n")
    for name, count in counts.items():
        print(f"{name}: {count} inputs{', then an error' if name in failed else ''}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
