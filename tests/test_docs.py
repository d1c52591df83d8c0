"""The Python of the README and of docs/ runs as it stands there, a page at a time; relative links lead somewhere."""

import re
import runpy
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

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
    scaled = [keras.layers.Rescaling(1 / 255), keras.layers.Flatten()]
    model = keras.Sequential([keras.Input((28, 28)), *scaled, keras.layers.Dense(50)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    export_saved_model(model, "served/1", x[:2])
    Path("configs").mkdir()
    for name in ("before.yaml", "stable.yaml"):
        text = (ROOT / "configs" / name).read_text(encoding="utf-8")
        (Path("configs") / name).write_text(re.sub(r"\bepochs: \d+", "epochs: 3", text), encoding="utf-8")
    return {"ks": ks, "model": model, "x": x[:2], "x_train": x, "y_train": y, "x_val": x[:50], "y_val": y[:50]}


class GAN(keras.Model):
    """Two parts, each with an optimizer of its own."""

    def __init__(self):
        super().__init__()
        self.generator, self.discriminator = keras.layers.Dense(3), keras.layers.Dense(1)
        self.g_optimizer, self.d_optimizer = ks.optimizers.Adam(1e-3), ks.optimizers.Adam(1e-3)

    def train_step(self, x):
        for part, optimizer, sign in (
            (self.generator, self.g_optimizer, -1.0),
            (self.discriminator, self.d_optimizer, 1.0),
        ):
            with tf.GradientTape() as tape:
                answer = self.discriminator(self.generator(x))
                loss = sign * keras.ops.mean(answer**2)
            optimizer.apply(tape.gradient(loss, part.trainable_variables), part.trainable_variables)
        return {"loss": loss}


def gradient_guard():
    """A model, its loss and data, and a model with two optimizers."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    gan = GAN()
    gan.compile(run_eagerly=False)
    x = np.ones((8, 3), "float32")
    gan.discriminator(gan.generator(x))
    gan.g_optimizer.build(gan.generator.trainable_variables)
    gan.d_optimizer.build(gan.discriminator.trainable_variables)
    return {"model": model, "loss": "mse", "x": x, "y": np.ones((8, 1), "float32"), "gan": gan}


def small():
    """A function that builds a model, its data and a dataset."""
    x, y = np.random.default_rng(0).normal(size=(64, 4)).astype("float32"), np.arange(64) % 2
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(8)
    names = {"keras_stable": ks, "model": model, "x": x, "y": y, "xv": x, "yv": y, "dataset": dataset}
    return {**names, "build_model": lambda: keras.models.clone_model(model)}


STAND_INS = {"distribution.md": small, "repair.md": small, "README.md": readme, "gradient_guard.md": gradient_guard}


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
    code = code.replace('"fit.epochs": 30', '"fit.epochs": 3').replace("seeds=3", "seeds=1")
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
