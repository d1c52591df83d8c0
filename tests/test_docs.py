"""The Python of the README and of docs/ runs as it stands there, a page at a time; relative links lead somewhere."""

import re
import runpy
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_stable as ks
from keras_stable.export import export_saved_model

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
# Another test runs these too, and looks at what they print.
ELSEWHERE = {"writing_rules.md"}


def readme():
    """What a reader of the README has at hand: a compiled model with data, and an exported one."""
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0, 255, size=(100, 28, 28)).astype("float32"), np.arange(100) % 50
    model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(50)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    export_saved_model(model, "served/1", x[:2])
    return {"ks": ks, "model": model, "x": x[:2], "x_train": x, "y_train": y, "x_val": x[:50], "y_val": y[:50]}


def gradient_guard():
    """A model, its loss and data."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    return {"model": model, "loss": "mse", "x": np.ones((8, 3), "float32"), "y": np.ones((8, 1), "float32")}


STAND_INS = {"README.md": readme, "gradient_guard.md": gradient_guard}


def name_of(path):
    return str(path.relative_to(ROOT))


def code_of(page):
    return re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def with_code():
    """A rule's examples are fragments, before and after; they run nowhere."""
    return [page for page in PAGES if page.parent.name != "rules" and page.name not in ELSEWHERE and code_of(page)]


@pytest.mark.parametrize("page", with_code(), ids=name_of)
def test_its_examples_run_one_after_the_other(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = STAND_INS.get(page.name, dict)()
    # More epochs than a handful are for results, and show nothing that one does not.
    code = re.sub(r"epochs=\d\d+", "epochs=10" if not names else "epochs=1", "\n".join(code_of(page)))
    script = tmp_path / f"{page.stem}.py"
    script.write_text(code, encoding="utf-8")
    runpy.run_path(str(script), init_globals=names)


def test_the_pages_for_beginners_stand_alone():
    """They may not lean on stand-ins: a reader copies them."""
    assert {"tutorial.md", "existing_scripts.md"} <= {page.name for page in with_code()} - set(STAND_INS)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_its_relative_links_lead_somewhere(page):
    prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose):
        if "://" not in target:
            assert (page.parent / target).exists(), target
