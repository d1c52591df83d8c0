"""Data for the scripts beside it."""

import numpy as np

rng = np.random.default_rng(0)
x = rng.normal(100, 10, size=(64, 4)).astype("float32")
y = rng.integers(0, 2, size=64)
x_val, y_val = x[:16], y[:16]
x_train, y_train = rng.normal(size=(64, 8)).astype("float32"), y
age, group = rng.uniform(20, 80, size=64), rng.integers(0, 3, size=64)
