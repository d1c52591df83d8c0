"""What an audit takes, in time and memory, beside one training step of the same model.

    python tools/audit_costs.py                          every case
    python tools/audit_costs.py mlp language --seconds 30

Each case runs in processes of its own, one that takes two training steps with stock Keras and one that audits. Memory
is the peak of the process over what it held before, when the model and its data were there. Processor time is that of
all threads; on a machine that is busy with other work, it tells more than the time on the clock. An audit is within
bounds where its peak is at most 1.5 times that of a training step, plus 200 MB.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

RNG = np.random.default_rng(0)
FACTOR, EXTRA = 1.5, 200.0


def mlp() -> tuple[Any, ...]:
    """Digits, as scikit-learn brings them."""
    import keras
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    layers = [keras.Input((64,)), keras.layers.Dense(64, "relu"), keras.layers.Dense(10, "softmax")]
    return keras.Sequential(layers), (x / 16).astype("float32"), y, 32


def application(name: str) -> tuple[Any, ...]:
    """A model of keras.applications on pictures of 32x32."""
    import keras

    model = getattr(keras.applications, name)(weights=None, input_shape=(32, 32, 3), classes=10)
    return model, RNG.normal(size=(512, 32, 32, 3)).astype("float32"), RNG.integers(0, 10, 512), 32


def transformer() -> tuple[Any, ...]:
    """Four blocks of width 128 over 64 tokens of 1,000."""
    return _language(tokens=1000, length=64, blocks=4, rows=512, batch_size=32)


def language() -> tuple[Any, ...]:
    """One block of width 128 over 128 tokens of 32,000."""
    return _language(tokens=32_000, length=128, blocks=1, rows=128, batch_size=8)


def _language(tokens: int, length: int, blocks: int, rows: int, batch_size: int) -> tuple[Any, ...]:
    import keras
    from keras import layers

    ids = keras.Input((length,), dtype="int32")
    hidden = layers.Embedding(tokens, 128)(ids)
    for _ in range(blocks):
        attended = layers.MultiHeadAttention(4, 32)(hidden, hidden, use_causal_mask=True)
        hidden = layers.LayerNormalization()(hidden + attended)
        wide = layers.Dense(512, "gelu")(hidden)
        hidden = layers.LayerNormalization()(hidden + layers.Dense(128)(wide))
    x = RNG.integers(0, tokens, (rows, length))
    model = keras.Model(ids, layers.Dense(tokens, "softmax")(hidden))
    return model, x, np.roll(x, -1, axis=1), batch_size


def segmentation() -> tuple[Any, ...]:
    """A U-net of three levels, pictures of 256x256 and 21 classes."""
    import keras
    from keras import layers

    picture = keras.Input((256, 256, 3))
    hidden, beside = picture, []
    for width in (16, 32, 64):
        hidden = layers.Conv2D(width, 3, padding="same", activation="relu")(hidden)
        beside.append(hidden)
        hidden = layers.MaxPooling2D()(hidden)
    for width, other in zip((64, 32, 16), beside[::-1], strict=True):
        hidden = layers.Concatenate()([layers.UpSampling2D()(hidden), other])
        hidden = layers.Conv2D(width, 3, padding="same", activation="relu")(hidden)
    model = keras.Model(picture, layers.Conv2D(21, 1, activation="softmax")(hidden))
    return model, RNG.normal(size=(64, 256, 256, 3)).astype("float32"), RNG.integers(0, 21, (64, 256, 256)), 8


CASES: dict[str, Callable[[], tuple[Any, ...]]] = {
    "mlp": mlp,
    "MobileNetV2": lambda: application("MobileNetV2"),
    "ResNet50V2": lambda: application("ResNet50V2"),
    "EfficientNetB0": lambda: application("EfficientNetB0"),
    "NASNetMobile": lambda: application("NASNetMobile"),
    "transformer": transformer,
    "segmentation": segmentation,
    "language": language,
}


def measure(case: str, audited: bool, seconds: float) -> dict[str, Any]:
    """Runs a case in this process, and returns its figures."""
    model, x, y, batch_size = CASES[case]()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    result: dict[str, Any] = {"parameters": model.count_params()}
    if audited:
        import keras_stable
    # Linux counts the peak from here on.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before, clock, processor = _memory("VmRSS"), time.monotonic(), time.process_time()
    if audited:
        report = keras_stable.audit(model, x, y, batch_size=batch_size, seconds=seconds, epochs=20)
        result |= {"left_out": report.about["left_out"], "steps": report.about["probe_steps"]}
        result |= {"verdict": report.verdict, "findings": [finding.rule for finding in report.findings]}
    else:
        for _ in range(2):
            model.train_on_batch(x[:batch_size], y[:batch_size])
    result |= {"seconds": time.monotonic() - clock, "processor": time.process_time() - processor}
    return result | {"memory": _memory("VmHWM") - before}


def _memory(name: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))


def _in_its_own_process(*arguments: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, __file__, *arguments], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("cases", nargs="*", choices=[*CASES, []], metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--seconds", type=float, default=60.0, help="of the audit")
    parser.add_argument("--measure", choices=["step", "audit"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.cases[0], options.measure == "audit", options.seconds)))
        return
    print("| case | parameters | audit, s | of the processor | steps | audit, MB | step, MB | bound, MB | left out |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    for case in options.cases or CASES:
        step = _in_its_own_process(case, "--measure", "step")
        audit = _in_its_own_process(case, "--measure", "audit", "--seconds", str(options.seconds))
        bound = FACTOR * step["memory"] + EXTRA
        print(
            f"| {case} | {audit['parameters']:,} | {audit['seconds']:.1f} | {audit['processor']:.1f} "
            f"| {audit['steps']} | {audit['memory']:.0f} | {step['memory']:.0f} | {bound:.0f} "
            f"| {audit['left_out'] or 'nothing'} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
