"""`keras-stable audit` and `explain`, as a user runs them; what may be audited has tests of its own."""

import json
import re
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_stable.diagnosis.rules import all_rules

ROOT = Path(__file__).parents[2]
PROGRAM = """
import keras, numpy as np, tensorflow as tf

X = np.random.default_rng(0).normal(size=(128, 4)).astype("float32")
Y = (X[:, 0] > 0).astype("int64")

def model(units=2, loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), compiled=True):
    keras.utils.set_random_seed(0)
    made = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(units)], name="tiny")
    if compiled:
        made.compile(keras.optimizers.Adam(0.01), loss)
    return made

def batches(x=X, y=Y):
    return tf.data.Dataset.from_tensor_slices((x, y)).batch(32)

class Batches(keras.utils.PyDataset):
    def __init__(self, end):
        super().__init__()
        self.end = end
    def __len__(self):
        return 4
    def __getitem__(self, index):
        if index == self.end:
            raise OSError("file 3 is gone")
        part = slice(index * 32, (index + 1) * 32)
        return X[part], Y[part]

class Own(keras.Model):
    def call(self, x):
        raise RuntimeError("own bug")

def good():
    return model(), X, Y, {"epochs": 30, "callbacks": [], "verbose": 0, "validation_split": 0.25}

def dataset():
    return model(), batches().repeat(), {"epochs": 3, "steps_per_epoch": 4}

def pydataset():
    return model(), Batches(None)

class Raising(keras.Sequential):
    def train_step(self, data):
        raise KeyError("my_loss")

def raising():
    made = Raising([keras.Input((4,)), keras.layers.Dense(2)])
    made.compile("adam")
    return made, X, Y, {"epochs": 3}

def trained():
    made = model()
    return made, X, Y, {"history": made.fit(X, Y, epochs=2, verbose=0)}

def sick():
    return model(1, "binary_crossentropy"), X, Y

def advised():
    # One true twin among new rows is advice; a whole copy of training rows would be a warning.
    return model(), X, Y, {"validation_data": (np.concatenate([X[:1], X[1:32] + 0.01]), Y[:32])}

def uncompiled(): return model(compiled=False), X, Y
def no_loss(): return model(loss=None), X, Y
def wrong_x(): return model(), X[:, :3], Y
def text_x(): return model(), X.astype(str), Y
def lengths(): return model(), X, Y[:5]
def no_y(): return model(), X
def empty(): return model(), X[:0], Y[:0]
def empty_dataset(): return model(), batches().take(0)
def unbatched(): return model(), batches().unbatch()
def generator(): return model(), iter([X])
def ends_early(): return model(), batches(), {"steps_per_epoch": 9}
def ends_later(): return model(), batches(np.tile(X, (9, 1)), np.tile(Y, 9)), {"steps_per_epoch": 99}
def breaks(): return model(), Batches(3)
def own_bug():
    made = Own()
    made.compile("sgd", "mse")
    return made, X, Y
def no_epochs(): return model(), X, Y, {"epochs": 0}
def misspelt(): return model(), X, Y, {"epoch": 3}
def nonsense(): return 3
def raises(): raise RuntimeError("no disk")
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    path = tmp_path_factory.mktemp("audited")
    (path / "audited_program.py").write_text(PROGRAM, encoding="utf-8")
    yield path
    sys.modules.pop("audited_program", None)


@pytest.fixture(autouse=True)
def here(place, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(place))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def audit(run):
    return lambda name, *options: run("audit", f"audited_program:{name}", *options)


def test_a_probe_is_said_beforehand_and_the_report_goes_to_standard_output(audit):
    result = audit("good", "--probe-steps", 20, "--seconds", 50, "--fail-on", "advice", "--ignore", "KS6")
    assert result.exit_code == 0, result.output
    rules = len([rule for rule in all_rules() if not rule.id.startswith("KS6")])
    loading, auditing, *middle, probe, labels = result.stderr.splitlines()
    assert loading == "Loading audited_program:good"
    assert auditing == f"Auditing tiny with {rules} rules, in about 50 s at most"
    assert middle == ["Answers for 96 rows", "Gradients of some batches"]
    assert labels.startswith("Labels")
    assert re.fullmatch(r"Probe: a copy is trained for at most 20 steps or \d+(\.\d)? s", probe)
    assert result.stdout.startswith("The model learns")
    assert "96 samples" in result.stdout
    assert "\x1b" not in result.output


@pytest.mark.parametrize("name", ["dataset", "pydataset", "trained"])
def test_what_a_function_may_return(name, audit):
    result = audit(name, "--quick")
    assert result.exit_code == 0, result.output
    assert "No errors, no warnings" in result.stdout
    assert "Probe" not in result.stderr
    assert ("2 epochs" in result.stdout) == (name == "trained")


@pytest.mark.parametrize(
    ("name", "options", "code", "found"),
    [
        ("sick", (), 1, "loss-output-mismatch"),
        ("sick", ("--select", "KS3"), 1, "loss-output-mismatch"),
        ("sick", ("--fail-on", "error"), 0, "loss-output-mismatch"),
        ("sick", ("--ignore", "KS3"), 0, ""),
        ("sick", ("--select", "KS1", "--select", "dead-units"), 0, ""),
        ("raising", (), 1, "failing-step"),
        ("raising", ("--ignore", "failing-step"), 3, ""),
        ("raising", ("--select", "KS1"), 0, ""),
        ("advised", (), 0, "train-validation-leak"),
        ("advised", ("--fail-on", "advice"), 1, "train-validation-leak"),
    ],
)
def test_exit_codes_follow_the_findings_that_count(name, options, code, found, audit):
    result = audit(name, "--quick", *options)
    assert result.exit_code == code, result.output
    lines = [f"{line.strip()} " for line in result.stdout.splitlines()]
    slugs = {each.slug for each in all_rules() if any(f" {each.id} {each.slug} " in line for line in lines)}
    assert (found in slugs) if found else not slugs & {"loss-output-mismatch"}


def test_files_are_written_and_details_are_printed(audit, here):
    result = audit("sick", "--quick", "--details", "--json", "deep/report.json", "--html", "page.html")
    assert result.exit_code == 1
    report = json.loads((here / "deep" / "report.json").read_text(encoding="utf-8"))
    assert report["findings"][0]["rule"] == "loss-output-mismatch"
    assert (here / "page.html").read_text(encoding="utf-8").lower().startswith("<!doctype html>")
    assert "JSON: deep/report.json\nPage: page.html\n" in result.stdout
    assert "no history was given: " in result.stdout
    assert sorted(path.name for path in here.rglob("*")) == ["deep", "page.html", "report.json"]


def test_ctrl_c_ends_it_with_130_and_leaves_earlier_files(audit, here, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("keras_stable.diagnosis.audit.run_rules", interrupted)
    (here / "report.json").write_text("earlier")
    result = audit("good", "--quick", "--json", "report.json")
    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == "Interrupted."
    assert (here / "report.json").read_text() == "earlier"


def test_a_saved_model_on_arrays(run, here):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.save("m.keras")
    x = np.random.default_rng(0).normal(size=(64, 4))
    np.savez("d.npz", x_train=x, y_train=x.sum(axis=1))
    result = run("audit", "m.keras", "--data", "d.npz", "--quick")
    assert result.exit_code == 0, result.output
    assert result.stderr.splitlines()[0] == "Loading m.keras"
    assert "64 samples" in result.stdout


MISTAKES = {
    "uncompiled": "`model` must be compiled: call model.compile(optimizer, loss) first. Received: model='tiny'",
    "no_loss": "`model` must have a loss",
    "wrong_x": "expected axis -1 of input shape to have value 4, but received input with shape",
    "text_x": "`x` must go into the model",
    "lengths": "`x` must be of the same length as the labels, with a row for each sample. Received: 128 rows",
    "no_y": "`y` must be given",
    "empty": "`x` must be data with at least one row",
    "empty_dataset": "Received: no batch",
    "unbatched": "`.batch(32)` makes batches of a dataset",
    "generator": "`x` must be arrays, a tf.data.Dataset, a PyDataset, a generator or a loader, as `fit` takes them",
    "ends_early": "`x` must be data for 9 batches, as `steps_per_epoch` says. Received: data that ends after 4",
    "ends_later": "`x` must be data for 99 batches, as `steps_per_epoch` says. Received: data that ends after 36",
    "breaks": "`x` must be batches that can be read. Received: OSError: file 3 is gone",
    "own_bug": "`x` must go into the model. Received: the model cannot be run: RuntimeError: own bug",
    "no_epochs": "`epochs` must be a positive integer or None. Received: epochs=0",
    "misspelt": "with 'epoch'. Did you mean 'epochs'?",
    "nonsense": "which returned int",
    "raises": "which raised RuntimeError: no disk",
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_program_that_cannot_be_audited_gets_one_line_and_exit_code_2(name, audit, here):
    result = audit(name, "--quick", "--json", "report.json")
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    said = [line for line in result.stderr.splitlines() if not line.startswith(("Loading ", "Auditing "))]
    assert len(said) == 1, said
    assert MISTAKES[name] in said[0]
    assert "must" in said[0]
    assert "Received: " in said[0]
    assert "\x1b" not in result.stderr
    assert not list(here.iterdir())


OPTIONS = {
    ("--select", "KS9"): "`select` must be ids such as",
    ("--ignore", "nothing"): "`ignore` must be ids such as",
    ("--select", "KS4", "--ignore", "KS4"): "`ignore` must be names that leave a rule to run",
    ("--json", "file/report.json"): "`json` must be a path that can be written. Received: json='file/report.json'",
    ("--html", "."): "`html` must be a path for a file; a directory is there. Received: html='.'",
    ("--fail-on", "anything"): "--fail-on",
    ("--probe-steps", "0"): "--probe-steps",
    ("--seed", "-1"): "--seed",
}


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_options_are_checked_before_anything_is_loaded(options, audit, here):
    (here / "file").write_text("kept")
    result = audit("good", *options)
    assert result.exit_code == 2
    assert OPTIONS[options] in result.stderr
    assert "Loading" not in result.stderr
    assert [path.name for path in here.iterdir()] == ["file"]


def test_explain_prints_markdown_where_no_terminal_reads_it(run):
    for name in ("KS401", "ks401", "exploding-gradients"):
        result = run("explain", name)
        assert result.exit_code == 0
        assert result.stdout.startswith("# exploding-gradients (KS401)\n")


def test_explain_draws_the_page_on_a_terminal(run, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    result = run("explain", "KS401")
    assert "\x1b[1m" in result.stdout
    assert "# exploding-gradients" not in result.stdout


@pytest.mark.parametrize(
    ("name", "hint"),
    [("exploding-gradient", "Did you mean 'exploding-gradients'?"), ("?", "docs/rules.md lists them.")],
)
def test_explain_of_no_rule(name, hint, run):
    result = run("explain", name)
    assert result.exit_code == 2
    assert result.stderr == f'`rule` must be an id such as "KS401", or a slug. Received: rule={name!r}. {hint}\n'


def test_the_script_does_what_the_command_does():
    command = [sys.executable, str(ROOT / "tools" / "deep_audit.py"), "nope"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(
        "`model` must be a .keras file, a config, a run directory, or package.module:function"
    )
