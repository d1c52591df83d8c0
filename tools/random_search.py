"""Random search over the settings that people tune, as a yardstick for the repair: `repair_zoo.py --random`."""

from typing import Any

import keras
import numpy as np

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.evidence.data.stream_kinds import stream_kind
from keras_stable.repairs.applying import applied
from keras_stable.repairs.expressions import CannotApplyError
from keras_stable.repairs.layer_edits import layers_by_path
from keras_stable.repairs.program import Program
from keras_stable.repairs.splitting import split_rows
from keras_stable.repairs.trial import Trial

_RATES = (-5.0, 0.0)  # powers of 10
_BATCHES = (8, 16, 32, 64, 128)
_OPTIMIZERS = ("SGD", "RMSprop", "Adam", "AdamW")
_ACTIVATIONS = ("relu", "tanh", "elu", "leaky_relu")
_INITIALIZERS = ("glorot_uniform", "he_normal", "lecun_normal")


def random_search(model: keras.Model, x: Any, y: Any, fit: dict[str, Any], seed: int, trainings: int) -> Program:
    """Returns the best of some programs with settings drawn by chance, by rows that did not train it.

    Args:
        model, x, y, fit: the program, with the arguments of `fit`.
        seed: int.
        trainings: int, how many programs are trained, each as long as the program itself.
    """
    generator = np.random.default_rng(seed)
    program = Program(model, x, y, fit)
    best, best_figure = program, -np.inf
    for _ in range(trainings):
        try:
            candidate = applied(program, [drawn(model, generator, bool(stream_kind(x)))])
            trial = Trial(applied(candidate, []), int(fit.get("epochs") or 1))
        except CannotApplyError:
            continue
        rows = split_rows(trial.rows.rows, trial.rows.y, seed)
        outcome = trial.run(np.union1d(rows.training, rows.judging), rows.choosing, 1.0, seed)
        if outcome.whole > best_figure:
            best, best_figure = candidate, outcome.whole
    return best


def drawn(model: keras.Model, generator: np.random.Generator, is_stream: bool) -> list[Edit]:
    """Returns edits that set optimizer, rate, batch size, and activation and initializer of the hidden layers."""
    rate = 10 ** generator.uniform(*_RATES)
    optimizer = f"keras.optimizers.{generator.choice(_OPTIMIZERS)}({rate:.3g})"
    edits = [Edit("replace", "optimizer", value=optimizer)]
    size, activation, initializer = (generator.choice(kinds) for kinds in (_BATCHES, _ACTIVATIONS, _INITIALIZERS))
    if not is_stream:
        edits.append(Edit("set_argument", "fit", "batch_size", str(size)))
    plain = [path for path, layer in layers_by_path(model).items() if isinstance(layer, keras.layers.Dense)]
    for path in plain[:-1]:
        edits.append(Edit("set_argument", f"layer:{path}", "activation", f'"{activation}"'))
        edits.append(Edit("set_argument", f"layer:{path}", "kernel_initializer", f'"{initializer}"'))
    return edits
