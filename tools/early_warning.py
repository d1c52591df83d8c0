"""Whether what a step has in hand tells of a loss spike five steps before it: 420 small trainings with Adam.

    python tools/early_warning.py                 three models, seven rates, twenty seeds; a minute
    python tools/early_warning.py --seeds 4       fewer

Everything is plain NumPy: all rates and seeds of a model train side by side, as one more axis of its arrays. A spike
is a step whose loss lies 6 standard deviations above the mean of the 128 before it, and that has none in the 20 before.
For each score, printed is the AUROC of its values 5 steps before a spike, against those of all steps of the same
trainings without a spike in the 20 steps after them. The best of them reaches 0.66 (152 spikes): too little to warn of.

    rms        the largest over variables of RMS(g / sqrt(v)), with the v of before the step
    norm       the global norm over the mean of the 32 before it
    loss       the loss over the mean of the 32 before it
    curvature  the change of the gradient along the last step: (g - g') . d / (d . d)
    sum        of the ranks of all four
"""

import argparse
import itertools

import numpy as np

RATES = (1e-3, 3e-3, 1e-2, 3e-2, 6e-2, 1e-1, 3e-1)
MODELS = {"one hidden layer": (16, 32, 8), "two": (16, 32, 32, 8), "four": (16, 24, 24, 24, 24, 8)}
STEPS, BATCH, SAMPLES = 600, 16, 256
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8
WINDOW, SIGMAS, AHEAD, QUIET, MEMORY = 128, 6.0, 5, 20, 32


def train(sizes: tuple[int, ...], seeds: int) -> dict[str, np.ndarray]:
    """Trains a classifier at every rate with every seed; returns loss and scores, each `[steps, trainings]`."""
    rng = np.random.default_rng(len(sizes))
    runs = len(RATES) * seeds
    rates = np.repeat(RATES, seeds)[:, None, None]
    x = rng.normal(size=(runs, SAMPLES, sizes[0]))
    teacher = rng.normal(size=(runs, sizes[0], sizes[-1]))
    labels = np.argmax(np.tanh(x) @ teacher + rng.normal(size=(runs, SAMPLES, sizes[-1])), axis=-1)
    kernels = [rng.normal(size=(runs, a, b)) * np.sqrt(2 / a) for a, b in itertools.pairwise(sizes)]
    weights = [*kernels, *(np.zeros((runs, 1, size)) for size in sizes[1:])]
    first, second, old = ([np.zeros_like(weight) for weight in weights] for _ in range(3))
    moves = [np.zeros_like(weight) for weight in weights]
    kept: dict[str, list[np.ndarray]] = {name: [] for name in ("loss", "rms", "norm", "curvature")}
    every = np.arange(runs)[:, None]
    for t in range(1, STEPS + 1):
        rows = rng.integers(0, SAMPLES, size=(runs, BATCH))
        loss, gradients = loss_and_gradients(weights, x[every, rows], labels[every, rows])
        kept["loss"].append(loss)
        kept["norm"].append(np.sqrt(sum((g**2).sum(axis=(1, 2)) for g in gradients)))
        ratios = [
            np.sqrt(np.mean(g**2 / np.maximum(v / (1 - BETA_2 ** max(t - 1, 1)), 1e-16), axis=(1, 2)))
            for g, v in zip(gradients, second, strict=True)
        ]
        kept["rms"].append(np.max(ratios, axis=0))
        along = sum(((g - o) * d).sum(axis=(1, 2)) for g, o, d in zip(gradients, old, moves, strict=True))
        length = sum((d**2).sum(axis=(1, 2)) for d in moves)
        kept["curvature"].append(along / np.maximum(length, 1e-30))
        old = gradients
        for i, gradient in enumerate(gradients):
            first[i] = BETA_1 * first[i] + (1 - BETA_1) * gradient
            second[i] = BETA_2 * second[i] + (1 - BETA_2) * gradient**2
            root = np.sqrt(second[i] / (1 - BETA_2**t)) + EPSILON
            moves[i] = -rates * first[i] / (1 - BETA_1**t) / root
            weights[i] = weights[i] + moves[i]
    return {name: np.array(values) for name, values in kept.items()}


def loss_and_gradients(weights: list[np.ndarray], x: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, list]:
    """Returns the crossentropy of each training's batch, and its gradients: of the kernels, and then of the biases."""
    layers = len(weights) // 2
    inputs = [x]
    for i in range(layers):
        x = x @ weights[i] + weights[layers + i]
        inputs.append(np.maximum(x, 0.0) if i < layers - 1 else x)
    x = x - x.max(axis=-1, keepdims=True)
    shares = np.exp(x)
    shares /= shares.sum(axis=-1, keepdims=True)
    at = np.take_along_axis(shares, labels[..., None], axis=-1)
    back = shares - np.eye(shares.shape[-1])[labels]
    back /= labels.shape[-1]
    kernels, biases = [], []
    for i in reversed(range(layers)):
        kernels.append(np.swapaxes(inputs[i], 1, 2) @ back)
        biases.append(back.sum(axis=1, keepdims=True))
        back = (back @ np.swapaxes(weights[i], 1, 2)) * (inputs[i] > 0)
    return -np.log(np.maximum(at, 1e-300)).mean(axis=(1, 2)), kernels[::-1] + biases[::-1]


def spikes(loss: np.ndarray) -> np.ndarray:
    """Returns which steps begin a spike, bool `[steps, trainings]`."""
    high = np.zeros(loss.shape, bool)
    for t in range(WINDOW, len(loss)):
        last = loss[t - WINDOW : t]
        high[t] = loss[t] > last.mean(axis=0) + SIGMAS * last.std(axis=0, ddof=1)
    begin = high.copy()
    for t in range(1, len(high)):
        begin[t] &= ~high[max(0, t - QUIET) : t].any(axis=0)
    return begin


def relative(values: np.ndarray) -> np.ndarray:
    """Returns each value over the mean of those before it."""
    result = np.ones_like(values)
    for t in range(1, len(values)):
        result[t] = values[t] / np.maximum(values[max(0, t - MEMORY) : t].mean(axis=0), 1e-30)
    return result


def ranks(values: np.ndarray) -> np.ndarray:
    """Returns the rank of each value, equal ones their mean."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2)[place.reshape(values.shape)]


def auroc(sick: np.ndarray, healthy: np.ndarray) -> float:
    """Returns how often a sick value is larger than a healthy one (Mann and Whitney 1947)."""
    order = ranks(np.concatenate([sick, healthy]))
    return float((order[: len(sick)].sum() - len(sick) * (len(sick) + 1) / 2) / (len(sick) * len(healthy)))


def main() -> None:
    """Trains, and prints one line for each model and one for all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    seeds = parser.parse_args().seeds
    names = ("rms", "norm", "loss", "curvature", "sum")
    together: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {name: [] for name in names}
    print("| model | spikes | " + " | ".join(names) + " |\n" + "| --- " * (2 + len(names)) + "|")
    for model, sizes in MODELS.items():
        kept = train(sizes, seeds)
        begin = spikes(kept["loss"])
        scores = {"rms": kept["rms"], "norm": relative(kept["norm"]), "loss": relative(kept["loss"])}
        scores["curvature"] = kept["curvature"]
        scores["sum"] = sum((ranks(score) for score in scores.values()), np.zeros_like(kept["loss"]))
        before = np.zeros_like(begin)
        before[:-AHEAD] = begin[AHEAD:]
        before[:WINDOW] = False
        quiet = np.array([~begin[t : t + QUIET].any(axis=0) for t in range(len(begin))])
        quiet[:WINDOW], quiet[-QUIET:] = False, False
        cells = []
        for name in names:
            together[name].append((scores[name][before], scores[name][quiet]))
            cells.append(f"{auroc(*together[name][-1]):.3f}")
        print(f"| {model} | {before.sum()} | " + " | ".join(cells) + " |", flush=True)
    cells = [f"{auroc(*map(np.concatenate, zip(*together[name], strict=True))):.3f}" for name in names]
    print(f"| all | {sum(len(sick) for sick, _ in together['rms'])} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
