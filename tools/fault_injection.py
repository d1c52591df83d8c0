"""Injects faults into trainings without the guard and with it, and writes the table to docs/stability_guard.md.

    python tools/fault_injection.py digits                     5 seeds of 5 faults, about 6 minutes on 2 cores
    python tools/fault_injection.py omniglot50 --npz PATH      the same on 50 characters, about 50 minutes

The step of each fault comes from the seed. The optimizers are Keras's own, for those of keras_stable survive most of
these faults by themselves. The exit code is 1 when a guarded run ends more than a point below its clean twin.
"""

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from injected_faults import FAULTS, BitFlip, RateFault, ScheduleFault, batch_fault, faulty_batches
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from keras_stable.callbacks import StabilityGuard
from keras_stable.models import adapt, classifier

PAGE = Path(__file__).parent.parent / "docs" / "stability_guard.md"
_POINT = 0.01


class Task:
    """Data, model and length of one kind of training.

    Args:
        name: "digits" or "omniglot50".
        npz: path of the characters.
        epochs: int; None takes the usual number.
    """

    def __init__(self, name: str, npz: str = "", epochs: int | None = None) -> None:
        self.name = name
        if name == "digits":
            x, y = load_digits(return_X_y=True)
            parts = train_test_split((x / 16).astype("float32"), y, test_size=0.25, random_state=0, stratify=y)
            self.x, self.x_test, self.y, self.y_test = parts
            self.epochs = epochs or 25
        else:
            data = np.load(npz)
            self.x, self.x_test = (data[key].astype("float32")[..., None] / 255 for key in ("x_train", "x_test"))
            self.y, self.y_test = data["y_train"], data["y_test"]
            self.epochs = epochs or 40
        self.steps = len(self.x) // 32

    def model(self, seed: int, fault_epoch: int | None) -> keras.Model:
        """Returns a compiled model; where its rate is a schedule, with the fault in it."""
        keras.utils.set_random_seed(seed)
        if self.name == "digits":
            layers = [keras.layers.Dense(256, "relu"), keras.layers.Dense(128, "relu"), keras.layers.Dense(10)]
            model = keras.Sequential([keras.Input(self.x.shape[1:]), *layers])
            optimizer = keras.optimizers.Adam(0.001)
        else:
            model = classifier(self.x.shape[1:], 50, "conv", filters=(32, 64, 64), feature_dim=128)
            adapt(model, self.x)
            total = self.epochs * self.steps
            schedules = keras.optimizers.schedules
            rate: Any = schedules.CosineDecay(
                0.0, total - total // 20, alpha=0.01, warmup_target=0.003, warmup_steps=total // 20
            )
            if fault_epoch is not None:
                rate = ScheduleFault(rate, fault_epoch * self.steps, (fault_epoch + 1) * self.steps)
            optimizer = keras.optimizers.AdamW(rate, weight_decay=1e-4)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer, loss, metrics=["accuracy"])
        return model


def train(task: Task, seed: int, fault: str | None, guard: StabilityGuard | None) -> float:
    """Trains once; returns the accuracy on the test part, 0 where a weight is not finite."""
    keras.backend.clear_session()
    step, epoch = moment(task, seed, fault)
    callbacks: list[keras.callbacks.Callback] = [] if guard is None else [guard]
    by_rate = fault == FAULTS[3]
    if by_rate and task.name == "digits":
        callbacks.append(RateFault(epoch))
    if fault == FAULTS[4]:
        callbacks.append(BitFlip(step, seed))
    model = task.model(seed, epoch if by_rate else None)
    batches = faulty_batches(task.x, task.y, seed, None if fault is None else batch_fault(fault, step, seed))
    model.fit(batches, epochs=task.epochs, steps_per_epoch=task.steps, callbacks=callbacks, verbose=0)
    answers = model.predict(task.x_test, verbose=0, batch_size=256)
    return float((answers.argmax(-1) == task.y_test).mean()) if np.isfinite(answers).all() else 0.0


def moment(task: Task, seed: int, fault: str | None) -> tuple[int, int]:
    """Returns the step and the epoch of a fault: anywhere but in the first fifth."""
    random = np.random.default_rng((seed, FAULTS.index(fault) if fault else 0))
    total = task.epochs * task.steps
    return int(random.integers(total // 5, total)), int(random.integers(task.epochs // 5, task.epochs))


def measure(task: Task, seeds: int, without: int) -> tuple[list[str], bool]:
    """Returns the rows of the table, and whether every guarded run is within a point of its clean one."""
    clean = [train(task, seed, None, None) for seed in range(seeds)]
    print("clean", clean, flush=True)
    rows, holds = [], True
    for fault in FAULTS:
        bare = [train(task, seed, fault, None) for seed in range(min(seeds, without))]
        saved, events = [], []
        for seed in range(seeds):
            guard = StabilityGuard()
            saved.append(train(task, seed, fault, guard))
            events.append([f"{event.kind} at {event.step}" for event in guard.events])
            print(fault, seed, moment(task, seed, fault), f"{saved[-1]:.4f}", clean[seed], events[-1], flush=True)
        worst = max(one - other for one, other in zip(clean, saved, strict=True))
        holds &= worst <= _POINT
        steps = ", ".join(str(moment(task, seed, fault)[1 if fault == FAULTS[3] else 0]) for seed in range(seeds))
        kinds = sorted({text.split(" at ")[0] for event in events for text in event})
        cells = [fault, steps, _span(bare), _span(saved), f"{worst:+.3f}", ", ".join(kinds) or "none"]
        rows.append("| " + " | ".join(cells) + " |")
        print(rows[-1], flush=True)
    head = f"""Clean: {_span(clean)}. {seeds} seeds, {task.epochs} epochs of {task.steps} steps.

| fault | at step (epoch) | without the guard | with `rollback` | largest loss against clean | kinds of events |
| --- | --- | --- | --- | --- | --- |"""
    return [head, *rows], holds


def _span(values: list[float]) -> str:
    return f"{np.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})" if values else "-"


def main() -> int:
    """Measures, writes the table between its marks, and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=("digits", "omniglot50"))
    parser.add_argument("--npz", default="omniglot50.npz")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--without", type=int, default=5, help="how many seeds are run without the guard too")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--no-write", action="store_true")
    arguments = parser.parse_args()
    started = time.perf_counter()
    lines, holds = measure(Task(arguments.task, arguments.npz, arguments.epochs), arguments.seeds, arguments.without)
    print(f"{time.perf_counter() - started:.0f} s, holds: {holds}")
    if not arguments.no_write:
        start, end = f"<!-- {arguments.task}: start -->", f"<!-- {arguments.task}: end -->"
        page = PAGE.read_text(encoding="utf-8")
        before, after = page.split(start)[0], page.split(end)[1]
        PAGE.write_text(before + start + "\n" + "\n".join(lines) + "\n" + end + after, encoding="utf-8")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
