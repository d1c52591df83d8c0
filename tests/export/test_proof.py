import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from keras_stable.errors import ExportError
from keras_stable.export import proof, serve_without_keras

P = np.array([[0.7, 0.3], [0.2, 0.8]], "float32")
compare = proof._compare


def test_rounding_is_allowed_and_reported():
    assert compare(P + np.float32(5e-6), np.array([0, 1]), P) == pytest.approx(5e-6, rel=0.1)


@pytest.mark.parametrize(
    ("probabilities", "class_ids", "message"),
    [
        (P + np.float32(2e-5), [0, 1], "a difference of 2e-05"),
        (np.where(P > 0.7, np.nan, P), [0, 1], "a difference of nan"),
        (P, [1, 1], "most probable class"),
        (P[:1], [0], r"Received: \(1, 2\) and \(1,\)"),
    ],
)
def test_every_disagreement_is_an_error(probabilities, class_ids, message):
    with pytest.raises(ExportError, match=message):
        compare(probabilities, np.array(class_ids), P)


def test_a_tie_may_be_broken_either_way():
    tie = np.array([[0.5, 0.5]], "float32")
    assert compare(tie, np.array([1]), tie) == 0


def test_keras_cannot_be_imported_where_the_export_is_served():
    script = (
        f"import sys, importlib.util as u\nspec = u.spec_from_file_location('s', {serve_without_keras.__file__!r})\n"
        "s = u.module_from_spec(spec); spec.loader.exec_module(s)\n"
        "sys.meta_path[:] = [s.WithoutKeras(f) for f in sys.meta_path]\n"
        "for name in ('keras', 'keras_stable', 'keras.ops'):\n"
        "    try: __import__(name)\n"
        "    except ModuleNotFoundError: continue\n"
        "    sys.exit(name)\n"
        "import json, numpy\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert Path(serve_without_keras.__file__).is_file()
