"""What the gradient guard costs, against stock Keras and the usual ways to see gradient norms.

    python tools/benchmark.py                         every model, as Keras compiles by default
    python tools/benchmark.py --jit                   the same with XLA
    python tools/benchmark.py --models mlp --rounds 20
    python tools/benchmark.py --serving               not training: how long an answer takes, of each export

Every variant of a model trains in this one process, in turn, some steps at a time: once in each round, in an order
that changes from round to round, so that none finds its memory warmer than another. Where a model happens to lie in
memory makes its steps up to 2 % faster or slower for the whole run, so each variant is built several times, and its
time in a round is the mean over these. The ratio of a variant is taken in each round, to stock Keras in the same
round; printed are the median over the rounds and the quartiles. On a machine that is busy with other work, wall time
spreads widely; the time that the processor spent on this process, on all its threads, is printed beside it.

    stock               keras.optimizers.AdamW(global_clipnorm=0.5); SGD for the Embedding
    stock again         the same once more: what the ratios are worth
    recording           keras_stable.optimizers.AdamW(), both clips, history, finite guard
    layers              recording, with record="all": the norms of weights, updates and second moments too
    logging             recording, with GradientNormLogger(update_freq=1), every variable to TensorBoard
    dashboard           recording, with callbacks.Dashboard: every norm of every variable, every step
    guard               recording, with callbacks.StabilityGuard
    dashboard and guard recording, with both
    run                 stock, with what `keras-stable run` records beside it
    recomputing         stock, with a callback that takes the gradients of the batch once more to see their norms
    tf.summary          stock, with a train_step that writes every norm with tf.summary.scalar
"""

import argparse
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile

import benchmark_serving
import keras
import numpy as np
import tensorflow as tf
from benchmark_variants import BATCHES, MODELS, VARIANTS, Variant

# Steps in one turn of a variant.
STEPS = {"mlp": 64, "conv": 6, "transformer": 8, "deep": 8, "embedding": 8}
SLOW = ("recomputing", "tf.summary")


def compare(model_name: str, names: list[str], rounds: int, instances: int, jit: bool | str, log_dir: str) -> None:
    """Trains the variants in turn and prints the median time of a step and ratio to stock of each."""
    variants = {
        (name, i): Variant(name, model_name, jit, os.path.join(log_dir, model_name, name, str(i)))
        for i in range(instances)
        for name in names
    }
    steps = STEPS[model_name]
    for variant in variants.values():
        variant.train(8)
    times: dict[str, list[np.ndarray]] = {name: [] for name in names}
    ratios: dict[str, list[np.ndarray]] = {name: [] for name in names if name != "stock"}
    shuffle = random.Random(0).shuffle
    for turn in range(rounds):
        # Slow variants show their size in few rounds.
        order = [key for key in variants if key[0] not in SLOW or turn % 5 == 0]
        shuffle(order)
        taken = {key: variants[key].train(steps) for key in order}
        for name in {name for name, _ in order}:
            times[name].append(np.mean([taken[name, i] for i in range(instances)], axis=0))
            if name != "stock":
                ratios[name].append(times[name][-1] / np.mean([taken["stock", i] for i in range(instances)], axis=0))
    variables = len(variants["stock", 0].model.trainable_variables)
    print(f"\n| {model_name}, {variables} variables | ms a step | ratio to stock | quartiles | ratio, processor time |")
    print("| --- | --- | --- | --- | --- |")
    print(f"| stock | {1e3 * np.median(times['stock'], axis=0)[0]:.2f} | 1 | | 1 |")
    for name, ratio in ratios.items():
        (low, _), (middle, processor), (high, _) = np.percentile(ratio, [25, 50, 75], axis=0)
        milliseconds = 1e3 * np.median(times[name], axis=0)[0]
        print(f"| {name} | {milliseconds:.2f} | {middle:.3f} | {low:.3f} to {high:.3f} | {processor:.3f} |", flush=True)


def peak_memory(model_name: str, jit: bool | str, repeats: int) -> None:
    """Prints the peak resident memory of a process that trains, stock against recording."""
    peaks: dict[str, list[int]] = {"stock": [], "recording": []}
    flags = ["--jit"] if jit is True else []
    for _ in range(repeats):
        for name, sizes in peaks.items():
            command = [sys.executable, __file__, "--peak-of", name, "--models", model_name, *flags]
            output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            sizes.append(int(output.split()[-1]))
    stock, recording = np.median(peaks["stock"]), np.median(peaks["recording"])
    print(f"| {model_name} | {stock / 1024:.1f} | {recording / 1024:.1f} | {recording / stock:.4f} |", flush=True)


def machine() -> str:
    """Returns what the figures were measured on."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    hardware = f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores, {platform.system()}"
    versions = f"Python {platform.python_version()}, TensorFlow {tf.__version__}, Keras {keras.__version__}"
    return f"{hardware} {platform.machine()}, {versions}"


def main() -> None:
    """Runs the comparison that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS), help="stock is always there")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--instances", type=int, default=3, help="how often each variant is built")
    parser.add_argument("--jit", action="store_true", help="with XLA, which Keras leaves out where there is only a CPU")
    parser.add_argument("--memory", type=int, metavar="REPEATS", help="compare peak memory, not time")
    parser.add_argument("--serving", action="store_true", help="compare model.predict with the exports of a model")
    parser.add_argument("--peak-of", choices=VARIANTS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    jit: bool | str = True if arguments.jit else "auto"
    with tempfile.TemporaryDirectory() as log_dir:
        if arguments.peak_of:
            Variant(arguments.peak_of, arguments.models[0], jit, log_dir).train(BATCHES)
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
            return
        print(f"{machine()}\njit_compile={jit!r}, load {os.getloadavg()[0]:.1f}")
        if arguments.serving:
            for model_name in benchmark_serving.MODELS:
                benchmark_serving.compare(model_name, 10 * arguments.rounds)
            return
        if arguments.memory:
            print("\n| peak memory | stock, MiB | recording, MiB | ratio |\n| --- | --- | --- | --- |")
        for model_name in arguments.models:
            if arguments.memory:
                peak_memory(model_name, jit, arguments.memory)
            else:
                names = ["stock", *(name for name in arguments.variants if name != "stock")]
                compare(model_name, names, arguments.rounds, arguments.instances, jit, log_dir)


if __name__ == "__main__":
    main()
