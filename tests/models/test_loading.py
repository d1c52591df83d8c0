import subprocess
import sys

import numpy as np

from keras_stable.losses import SparseCrossentropy
from keras_stable.metrics import PredictionDiversity
from keras_stable.models import (
    adapt,
    classifier,
)
from keras_stable.optimizers import AdamW


def test_a_saved_model_loads_in_a_fresh_process_both_ways(tmp_path):
    x, y = np.random.default_rng(0).normal(5, 9, size=(60, 4)).astype("float32"), np.arange(60) % 3
    model = classifier((4,), 3, hidden_units=(8,))
    adapt(model, x)
    model.compile(AdamW(1e-3), SparseCrossentropy(0.1), metrics=[PredictionDiversity(3)])
    model.fit(x, y, verbose=0)
    model.save(tmp_path / "model.keras")
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "expected.npy", model.predict(x, verbose=0))
    script = f"""
import numpy as np
import keras_stable
model = keras_stable.load_model({str(tmp_path / "model.keras")!r})
from keras.models import load_model
again = load_model({str(tmp_path / "model.keras")!r})
for loaded in (model, again):
    got = loaded.predict(np.load({str(tmp_path / "x.npy")!r}), verbose=0)
    np.testing.assert_array_equal(got, np.load({str(tmp_path / "expected.npy")!r}))
    assert type(loaded.optimizer).__module__.startswith("keras_stable"), type(loaded.optimizer)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
