import json
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.losses import SparseCrossentropy
from keras_stable.metrics import PredictionDiversity
from keras_stable.models import (
    adapt,
    classifier,
    load_model,
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


def test_a_file_of_somebody_else_runs_no_code(tmp_path, monkeypatch, capsys):
    (tmp_path / "harmful_module.py").write_text("print('harm')\nclass Adam: ...\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    config["compile_config"]["optimizer"]["registered_name"] = "keras_stable>Guarded.harmful_module.Adam"
    members["config.json"] = json.dumps(config).encode()
    rewrite(tmp_path / "m.keras", members)
    with pytest.raises(InvalidArgumentError, match="Received: optimizer='harmful_module.Adam'"):
        load_model(tmp_path / "m.keras")
    rewrite(tmp_path / "m.keras", {**members, "../outside": b"x"})
    with pytest.raises(InvalidArgumentError, match="files stay inside of it"):
        load_model(tmp_path / "m.keras", compile=False)
    assert capsys.readouterr().out == ""
    assert not (tmp_path.parent / "outside").exists()


@pytest.mark.parametrize("form", ["keras", "h5"])
def test_a_lambda_layer_is_code_that_is_run_only_where_the_user_says_so(form, tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x + 1)])
    path = tmp_path / f"m.{form}"
    model.save(path)
    with pytest.raises(ValueError, match="Lambda"):
        load_model(path)
    assert load_model(path, safe_mode=False)(np.zeros((1, 2), "float32")).numpy().tolist() == [[1, 1]]


def rewrite(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
