"""Run by the proof of an export, alone: loads a SavedModel where Keras cannot be imported, and serves samples.

python -I serve_without_keras.py SAVED_MODEL INPUTS.npy OUTPUTS.npz
"""

import os
import sys
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


class WithoutKeras:
    """A finder of modules to which Keras and keras_stable are not installed."""

    def __init__(self, finder: Any) -> None:
        self.finder = finder

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        """Finds what the wrapped finder finds, but for the hidden packages."""
        if fullname.split(".")[0] in ("keras", "keras_stable"):
            return None
        return self.finder.find_spec(fullname, path, target)


def main() -> None:
    """Serves the inputs in batches of several sizes, so that a fixed batch size would fail."""
    sys.meta_path[:] = [WithoutKeras(finder) for finder in sys.meta_path]
    import numpy as np
    import tensorflow as tf

    saved_model, inputs, outputs = sys.argv[1:]
    samples = np.load(inputs)
    loaded = tf.saved_model.load(saved_model)
    serve = loaded.signatures["serving_default"]
    parts = [samples[:1], *(samples[i : i + 64] for i in range(1, len(samples), 64))]
    served = [serve(inputs=tf.constant(part)) for part in parts]
    probabilities, class_ids = (np.concatenate([p[key] for p in served]) for key in ("probabilities", "class_ids"))
    np.savez(outputs, probabilities=probabilities, class_ids=class_ids)


if __name__ == "__main__":
    main()
