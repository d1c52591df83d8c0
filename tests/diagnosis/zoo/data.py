"""Data sets with real structure, made from a seed. Inputs are float32 and of about unit scale unless said otherwise."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import datasets
from sklearn.model_selection import train_test_split

Array = NDArray[Any]
Parts = tuple[Array, Array, tuple[Array, Array]]


def split(x: Array, y: Array, seed: int, share: float = 0.2) -> Parts:
    """Returns x, y and (x, y) of a random validation part."""
    x, xv, y, yv = train_test_split(x, y, test_size=share, random_state=seed)
    return x, y, (xv, yv)


def standardized(x: Array) -> Array:
    """Returns the columns at mean 0 and deviation 1."""
    return ((x - x.mean(0)) / (x.std(0) + 1e-7)).astype("float32")


def one_hot(y: Array, classes: int) -> Array:
    """Returns float32 rows with a single 1."""
    return np.eye(classes, dtype="float32")[y]


def real(name: str, seed: int, *, scaled: bool = True) -> Parts:
    """Returns a set of scikit-learn: "iris", "wine", "breast_cancer", "diabetes" or "digits" (pixels / 16)."""
    x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    if scaled:
        x = x / 16.0 if name == "digits" else standardized(x)
    return split(x.astype("float32"), y.astype("float32" if name == "diabetes" else "int64"), seed)


def digit_images(seed: int) -> Parts:
    """Returns the digits as [n, 8, 8, 1] in [0, 1]."""
    x, y, (xv, yv) = real("digits", seed)
    return x.reshape(-1, 8, 8, 1), y, (xv.reshape(-1, 8, 8, 1), yv)


def xor() -> tuple[Array, Array]:
    """Returns the four corners and their exclusive or, [4, 2] and [4, 1]."""
    return np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32"), np.array([[0], [1], [1], [0]], "float32")


def moons(seed: int, n: int = 1000, noise: float = 0.12) -> Parts:
    """Returns two interleaved half circles, classes 0 and 1."""
    x, y = datasets.make_moons(n, noise=noise, random_state=seed)
    return split(standardized(x), y, seed)


def blobs(seed: int, n: int = 900, classes: int = 3, features: int = 8, spread: float = 1.0) -> Parts:
    """Returns normal clouds around random centres."""
    generator = np.random.default_rng(seed)
    y = np.arange(n) % classes
    x = generator.normal(size=(classes, features))[y] * 2 + spread * generator.normal(size=(n, features))
    return split(standardized(x), y, seed)


def spirals(seed: int, n: int = 1500, classes: int = 3, noise: float = 0.1) -> Parts:
    """Returns arms of a spiral in the plane."""
    generator = np.random.default_rng(seed)
    y = np.arange(n) % classes
    radius = np.sqrt(generator.uniform(0.02, 1, n))
    angle = 4 * radius + 2 * np.pi * y / classes + noise * generator.normal(size=n)
    return split(standardized(np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)), y, seed)


def teacher(seed: int, n: int = 2000, features: int = 10, outputs: int = 1, noise: float = 0.05) -> tuple[Array, Array]:
    """Returns normal inputs and the standardised outputs [n, outputs] of a random tanh network, before any split."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, features))
    hidden = np.tanh(x @ generator.normal(size=(features, 6)) / np.sqrt(features) * 1.2)
    y = standardized(hidden @ generator.normal(size=(6, outputs)))
    return x.astype("float32"), (y + noise * generator.normal(size=y.shape)).astype("float32")


def taught_classes(seed: int, n: int = 2000, features: int = 10, classes: int = 4) -> Parts:
    """Returns the classes that a random network gives to normal inputs."""
    x, y = teacher(seed, n, features, classes, noise=0.0)
    return split(x, y.argmax(1), seed)


def tokens(seed: int, n: int = 1500, length: int = 20, vocabulary: int = 200, topics: int = 2) -> Parts:
    """Returns token ids with id 0 as padding at the end; the class is the topic whose words come most often."""
    generator = np.random.default_rng(seed)
    y = np.arange(n) % topics
    x = generator.integers(1, vocabulary, (n, length))
    drawn = generator.random((n, length)) < 0.4
    own = 1 + y[:, None] + topics * generator.integers(0, 10, (n, length))
    x = np.where(drawn, own, x)
    x[np.arange(length) >= generator.integers(length // 2, length + 1, n)[:, None]] = 0
    return split(x.astype("int32"), y, seed)


def order(seed: int, n: int = 1200, length: int = 12) -> Parts:
    """Returns [n, length, 2] pulses; class 1 when the pulse of channel 0 comes before that of channel 1."""
    generator = np.random.default_rng(seed)
    x = 0.1 * generator.normal(size=(n, length, 2))
    places = np.array([generator.permutation(length)[:2] for _ in range(n)])
    x[np.arange(n), places[:, 0], 0] += 1
    x[np.arange(n), places[:, 1], 1] += 1
    return split(x.astype("float32"), (places[:, 0] < places[:, 1]).astype("int64"), seed)


def waves(seed: int, window: int = 24, n: int = 1500) -> Parts:
    """Returns windows [n, window, 1] of a noisy sum of two sines, and the next value [n, 1]."""
    generator = np.random.default_rng(seed)
    time = np.arange(n + window)
    series = (
        np.sin(time / 5 + generator.uniform(0, 6)) + 0.5 * np.sin(time / 13) + 0.05 * generator.normal(size=len(time))
    )
    series = (series / series.std()).astype("float32")
    x = np.stack([series[i : i + window] for i in range(n)])[..., None]
    cut = int(0.8 * n)
    y = series[window:, None]
    return x[:cut], y[:cut], (x[cut:], y[cut:])


def sine(seed: int, n: int = 800, noise: float = 0.05) -> Parts:
    """Returns x in [-1, 1] and sin(2 pi x), both [n, 1]."""
    generator = np.random.default_rng(seed)
    x = generator.uniform(-1, 1, (n, 1))
    return split(
        x.astype("float32"), (np.sin(2 * np.pi * x) + noise * generator.normal(size=x.shape)).astype("float32"), seed
    )


def shapes(seed: int, n: int = 900, size: int = 16) -> tuple[Array, Array, Array]:
    """Returns images [n, size, size, 1] in [0, 1] of a disc, cross or frame, the class, and the mask of its pixels."""
    generator = np.random.default_rng(seed)
    rows, columns = np.mgrid[:size, :size]
    x, mask = 0.1 * generator.random((n, size, size, 1)), np.zeros((n, size, size, 1), "float32")
    y = np.arange(n) % 3
    for i in range(n):
        radius = generator.uniform(2.5, 4.5)
        centre = generator.uniform(radius, size - 1 - radius, 2)
        down, right = np.abs(rows - centre[0]), np.abs(columns - centre[1])
        kinds = (
            down**2 + right**2 <= radius**2,
            (np.minimum(down, right) < 1) & (np.maximum(down, right) <= radius),
            (np.maximum(down, right) <= radius) & (np.maximum(down, right) > radius - 1.2),
        )
        mask[i, ..., 0] = kinds[y[i]]
        x[i] += mask[i] * generator.uniform(0.5, 0.9)
    return x.astype("float32"), y, mask


def shape_images(seed: int, n: int = 900, size: int = 16) -> Parts:
    """Returns the images of `shapes` and their classes."""
    x, y, _ = shapes(seed, n, size)
    return split(x, y, seed)


def bars(seed: int, n: int = 900, size: int = 12) -> Parts:
    """Returns images [n, size, size, 1] in [0, 1] with a horizontal, vertical or diagonal bar under noise."""
    generator = np.random.default_rng(seed)
    x = 0.3 * generator.random((n, size, size, 1))
    y = np.arange(n) % 3
    for i in range(n):
        at = generator.integers(1, size - 1)
        if y[i] == 0:
            x[i, at, :, 0] += 0.7
        elif y[i] == 1:
            x[i, :, at, 0] += 0.7
        else:
            x[i, ..., 0] += 0.7 * np.eye(size, k=generator.integers(-4, 5))
    return split(x.astype("float32"), y, seed)


def houses(seed: int, n: int = 1200) -> tuple[Array, Array]:
    """Returns raw columns (square metres, rooms, year, metres to the centre, income) and prices near 3e5, [n, 1]."""
    generator = np.random.default_rng(seed)
    area = generator.normal(120, 35, n).clip(30)
    rooms = (area / 28 + generator.normal(0, 0.7, n)).round().clip(1)
    year = generator.integers(1920, 2021, n)
    distance = generator.gamma(2, 4000, n)
    income = generator.normal(48_000, 12_000, n)
    price = (
        1800 * area + 9000 * rooms + 700 * (year - 1920) - 4 * distance + 1.5 * income + generator.normal(0, 15_000, n)
    )
    return np.stack([area, rooms, year, distance, income], 1).astype("float32"), price[:, None].astype("float32")
