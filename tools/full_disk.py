"""Fills a small disk in the middle of everything that writes: a clear error, and what was finished before is whole.

    sudo python tools/full_disk.py                  # a tmpfs of its own; a few minutes
    python tools/full_disk.py --disk /mnt/small     # a small disk that is there already; what it holds is left alone

Each kind of write is first done with room enough. Then it is done again with so little room that it fails at its first
byte, and later and later. Printed are what was said and whether the earlier result is in every byte as it was.
"""

import argparse
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

import keras_stable
from keras_stable.callbacks import Checkpoint, Dashboard, GradientNormLogger
from keras_stable.checkpoints.archive import read_archive
from keras_stable.config import Config
from keras_stable.errors import KerasStableError
from keras_stable.export import saved_model

KIB = 1024
SIZE = "12m"
# Beyond this much room, everything that is written here fits.
ROOMS = (0, 8, 64, 400)
# How much was worked, and which processes did.
CHANGING = ("work.bin", "start.json")
# Says of a directory without any results that a run was to be there.
MARK = "environment.json"
X, Y = np.random.default_rng(0).normal(size=(64, 50)).astype("float32"), np.arange(64) % 3


def model() -> keras.Model:
    """Returns a model of 60,000 parameters; a checkpoint of it is 700 KiB."""
    made = keras.Sequential([keras.Input((50,)), keras.layers.Dense(1100, "relu"), keras.layers.Dense(3)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    made.compile(keras_stable.optimizers.AdamW(1e-3), loss, metrics=["accuracy"])
    return made


def fit(*callbacks: keras.callbacks.Callback, epochs: int = 2) -> None:
    """Trains a model of its own for two epochs."""
    model().fit(X, Y, epochs=epochs, callbacks=list(callbacks), verbose=0)


def checkpoint(directory: Path) -> None:
    """A checkpoint."""
    fit(Checkpoint(directory / "checkpoints", signals=False), epochs=1 if not directory.exists() else 3)
    for path in (directory / "checkpoints" / "fit_1").glob("step*"):
        read_archive(path)


def run(directory: Path) -> None:
    """A run directory."""
    data = {"kind": "sklearn", "name": "iris"}
    sections = {"fit": {"epochs": 1, "verbose": 0}}
    config = Config.model_validate({"name": "iris", "data": data, **sections})
    keras_stable.train(config, directory / f"run_{len(list(directory.glob('run_*')))}")


def export(directory: Path) -> None:
    """An export."""
    saved_model(model(), directory / "served", X)


def tensorboard(directory: Path) -> None:
    """TensorBoard."""
    fit(GradientNormLogger(directory / "events", update_freq=1), Dashboard(directory / "dashboard"))


def report(directory: Path) -> None:
    """A report."""
    directory.mkdir(exist_ok=True)
    keras_stable.audit(model(), X, Y).to_html(directory / "report.html")


KINDS: dict[str, Callable[[Path], None]] = {
    function.__name__: function for function in (checkpoint, run, export, tensorboard, report)
}


def contents(directory: Path) -> dict[str, bytes]:
    """Returns the bytes of each file under a directory."""
    files = (path for path in sorted(directory.rglob("*")) if path.is_file())
    return {str(path.relative_to(directory)): path.read_bytes() for path in files}


def fill(disk: Path, room: int) -> Path:
    """Fills a disk but for so many bytes, and returns the file that does."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4 * KIB))
        except OSError:
            pass
        file.truncate(max(0, file.tell() - room))
    return ballast


def outcome(write: Callable[[Path], None], directory: Path) -> str:
    """Returns what is said where there is no room."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            write(directory)
        except KerasStableError as error:
            return f"{type(error).__name__}: {error}"
        except BaseException as error:  # noqa: BLE001 - what is looked for
            return f"UNCLEAR: {type(error).__name__}: {error}"
    said = {str(warning.message) for warning in caught if "not be written" in str(warning.message)}
    return f"warned: {' '.join(sorted(said))}" if said else "wrote it"


def try_kind(name: str, disk: Path) -> bool:
    """Returns whether a kind of write is right at every room, and prints what it said."""
    right = True
    directory = disk / name
    KINDS[name](directory)
    for room in ROOMS:
        before = contents(directory)
        ballast = fill(disk, room * KIB)
        said = outcome(KINDS[name], directory)
        ballast.unlink()
        after = contents(directory)
        lost = [path for path in before if path not in after or after[path][: len(before[path])] != before[path]]
        # One that was written takes the place of an older one.
        lost = [] if said == "wrote it" else [path for path in lost if Path(path).name not in CHANGING]
        partial = [path for path in after if ".partial" in path and path not in before and not path.endswith(MARK)]
        good = not lost and not partial and not said.startswith("UNCLEAR")
        right &= good
        left = f" LOST {lost}" * bool(lost) + f" LEFT {partial}" * bool(partial)
        print(f"{name}, {room} KiB: {said.replace(str(disk), 'DISK')[:400]}{left}", flush=True)
    return right


def main() -> None:
    """Runs what the command line asks for; exit code 1 where an error is unclear or something was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--disk", type=Path, help="a small disk; default: a tmpfs, which root alone can mount")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    options = parser.parse_args()
    if options.disk:
        with tempfile.TemporaryDirectory(dir=options.disk) as directory:
            sys.exit(not min([try_kind(name, Path(directory)) for name in options.kinds]))
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", directory], check=True)
        try:
            right = min([try_kind(name, Path(directory)) for name in options.kinds])
        finally:
            subprocess.run(["umount", directory], check=True)
    sys.exit(not right)


if __name__ == "__main__":
    main()
