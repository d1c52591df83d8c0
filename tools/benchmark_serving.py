"""How long an answer takes: `model.predict` against the exports of a model; `python tools/benchmark.py --serving`."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_stable.export import serve_without_keras
from keras_stable.export.formats import FORMATS, export_as
from keras_stable.export.proof import FILES
from keras_stable.models import adapt, classifier

MODELS = {"mlp": ((64,), "mlp"), "conv": ((32, 32, 3), "conv")}
BATCHES = (1, 256)
Server = Callable[[np.ndarray], Any]


def servers(name: str, directory: Path) -> dict[str, Server]:
    """Returns functions that answer a batch, by what answers it."""
    shape, encoder = MODELS[name]
    model = classifier(shape, 10, encoder)
    x = np.random.default_rng(0).normal(size=(256, *shape)).astype("float32")
    adapt(model, x)
    made: dict[str, Server] = {
        "model.predict": lambda batch: model.predict(batch, batch_size=len(batch), verbose=0),
        "model(x)": lambda batch: keras.ops.convert_to_numpy(model(batch, training=False)),
    }
    for form in FORMATS:
        path = export_as(form, model, directory / form, x).path / FILES[form]
        serve = getattr(serve_without_keras, form)(str(path))["serving_default"]
        made[form] = lambda batch, serve=serve: serve({"inputs": batch})  # type: ignore[misc]
    return made


def compare(name: str, rounds: int) -> None:
    """Prints the median time of an answer for each batch size; all answer in turn, in an order that changes."""
    shape, _ = MODELS[name]
    random = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as directory:
        made = servers(name, Path(directory))
        print(
            f"\n| {name} | " + " | ".join(f"ms a batch of {rows}, 90 %" for rows in BATCHES) + " | samples a second |"
        )
        print("| --- | --- | --- | --- |")
        times: dict[tuple[str, int], list[float]] = {(who, rows): [] for who in made for rows in BATCHES}
        for turn in range(rounds + 3):
            for who in random.permutation(list(made)):
                for rows in BATCHES:
                    batch = random.normal(size=(rows, *shape)).astype("float32")
                    started = time.perf_counter()
                    made[who](batch)
                    # The first ones trace, compile and warm up.
                    if turn >= 3:
                        times[str(who), rows].append(time.perf_counter() - started)
        for who in made:
            cells = []
            for rows in BATCHES:
                middle, high = 1e3 * np.percentile(times[who, rows], [50, 90])
                cells.append(f"{middle:.2f}, {high:.2f}")
            rate = BATCHES[-1] / np.median(times[who, BATCHES[-1]])
            print(f"| {who} | {' | '.join(cells)} | {rate:,.0f} |", flush=True)
