"""Measures how stable a config is over seeds and input scales, and writes the table to docs/results.md.

    python tools/stability.py stable                   digits: 10 seeds x 3 scales, about 7 minutes on 2 cores
    python tools/stability.py omniglot50 --npz PATH    50 characters: 5 seeds x 2 scales, about 15 minutes

Every run is checked against the limits at the head of its table; the exit code is 1 when one is missed.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from keras_stable.config import load_config
from keras_stable.runs.fitting import train_in_memory
from keras_stable.runs.results import Summary

ROOT = Path(__file__).parent.parent


HEAD = """# Results

Written by `python tools/stability.py stable` and `python tools/stability.py omniglot50 --npz PATH`. "Largest norm" is
the largest over every step of every seed; norms are of the whole gradient before any clipping.
"""


@dataclass(frozen=True)
class Study:
    """One config with its seeds, scales and limits."""

    config: str
    overrides: tuple[str, ...]
    seeds: int
    scales: tuple[float, ...]
    accuracy: float
    drop_after: int
    drop: float = 0.05
    norm: float = 10.0


def studies(npz: str) -> dict[str, Study]:
    """Returns what can be measured, by name."""
    return {
        "stable": Study("stable", (), 10, (1, 100, 10_000), accuracy=0.98, drop_after=3),
        "omniglot50": Study("omniglot50", (f"data.path={npz}",), 5, (1, 10_000), accuracy=0.92, drop_after=5),
    }


def measure(study: Study, scale: float) -> Iterator[tuple[Summary, float]]:
    """Trains every seed at one scale; yields its figures and its seconds."""
    for seed in range(study.seeds):
        keras.backend.clear_session()
        changes = [*study.overrides, f"seed={seed}", f"data.input_scale={scale}", "fit.verbose=0"]
        config = load_config(ROOT / "configs" / f"{study.config}.yaml", changes)
        started = time.perf_counter()
        summary = train_in_memory(config).summary
        seconds = time.perf_counter() - started
        print(f"{study.config} x{scale:g} seed {seed}: {summary.val_accuracy_last:.3f}, {seconds:.0f} s", flush=True)
        yield summary, seconds


def row(study: Study, scale: float) -> tuple[str, bool]:
    """Returns the table row of one scale, and whether every limit holds."""
    runs = list(measure(study, scale))
    summaries = [summary for summary, _ in runs]
    norm = max(s.grad_norm_max for s in summaries)
    accuracies = [s.val_accuracy_last for s in summaries]
    drop = max(s.largest_drop_after[study.drop_after] for s in summaries)
    classes = min(s.unique_classes for s in summaries)
    skipped = sum(s.nonfinite_steps for s in summaries)
    holds = (
        norm < study.norm
        and np.mean(accuracies) >= study.accuracy
        and drop <= study.drop
        and classes == summaries[0].num_classes
        and skipped == 0
    )
    cells = [
        f"x {scale:,g}",
        f"{norm:.2f}",
        f"{np.median([s.grad_norm_median for s in summaries]):.2f}",
        f"{np.mean(accuracies):.3f} ({min(accuracies):.3f} to {max(accuracies):.3f})",
        f"{drop:.3f}",
        f"{classes:.0f} of {summaries[0].num_classes}",
        f"{np.median([seconds for _, seconds in runs]):.0f}",
        "yes" if holds else "**no**",
    ]
    return "| " + " | ".join(cells) + " |", bool(holds)


def section(study: Study) -> tuple[str, bool]:
    """Returns the Markdown of one study."""
    rows = [row(study, scale) for scale in study.scales]
    text = f"""## configs/{study.config}.yaml, {study.seeds} seeds at each scale

Limits: norm before clipping under {study.norm:g} at every step; mean last accuracy at least {study.accuracy:g};
largest drop of validation accuracy below its running best at most {study.drop:g} after epoch {study.drop_after};
all classes predicted. Measured with Keras {keras.__version__} and Python {platform.python_version()} on
{os.cpu_count()} CPU cores.

| inputs | largest norm | median norm | last accuracy, mean (range) | largest drop | classes | s a run | holds |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""
    return text + "\n".join(text for text, _ in rows) + "\n", all(holds for _, holds in rows)


def with_section(page: str, new: str) -> str:
    """Returns the page with one section put in the place of the earlier one under the same heading."""
    head, *sections = page.split("\n## ")
    kept = {section.split(",")[0]: section for section in sections}
    name = new.removeprefix("## ")
    kept[name.split(",")[0]] = name
    return "\n## ".join([head, *(section.rstrip("\n") + "\n" for section in kept.values())])


def main() -> int:
    """Measures, writes the page, and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", choices=("stable", "omniglot50"))
    parser.add_argument("--npz", default="omniglot50.npz", help="the .npz of configs/omniglot50.yaml")
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "results.md")
    arguments = parser.parse_args()
    text, holds = section(studies(arguments.npz)[arguments.study])
    page = arguments.to.read_text(encoding="utf-8") if arguments.to.is_file() else HEAD
    arguments.to.write_text(with_section(page, text), encoding="utf-8")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
