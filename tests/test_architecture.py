"""What holds for the package as a whole."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import keras_stable
from keras_stable.config import load_config

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "keras_stable"
# From the top down; within a level, from the left. A module imports only from places that come later.
# Of the diagnosis, what runs the model lies high; the rest, rules and reports, runs without TensorFlow.
LEVELS = [
    ["__main__"],
    ["cli"],
    ["comparison", "subjects"],
    ["training", "diagnosis.audit"],
    ["diagnosis.evidence"],
    ["export", "composition", "run_directory"],
    ["data", "models", "callbacks"],
    ["diagnosis"],
    ["plots"],
    ["results"],
    ["layers", "losses", "metrics", "optimizers"],
    ["ops"],
    ["config"],
    ["reporting"],
    ["keras_check", "keras_private"],
    ["imports", "errors", "arguments"],
]
PLACES = {name: (depth, index) for depth, level in enumerate(LEVELS) for index, name in enumerate(level)}
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")
MODULES = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in FILES]


def name_of(path):
    return str(path.relative_to(ROOT))


def place(module):
    """Returns the place of a dotted name inside the package."""
    parts = module.split(".")
    return ".".join(parts[:2]) if ".".join(parts[:2]) in PLACES else parts[0]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "keras_stable":
            module = node.module.partition(".")[2]
            yield from [place(f"{module}.{alias.name}" if module else alias.name) for alias in node.names]
        if isinstance(node, ast.Import):
            yield from [place(a.name.partition(".")[2]) for a in node.names if a.name.startswith("keras_stable.")]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_go_down_only(path):
    own = place(".".join(path.relative_to(PACKAGE).with_suffix("").parts))
    for name in set(imported(path)) - {own, "__version__"}:
        assert PLACES[name] > PLACES[own], f"{own} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_is_one_concept(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250


@pytest.mark.parametrize("name", sorted(keras_stable.__all__))
def test_every_public_name_loads_and_is_documented(name):
    assert inspect.getdoc(getattr(keras_stable, name))


def test_only_public_names_are_listed():
    assert dir(keras_stable) == sorted(keras_stable.__all__)


def test_the_package_runs_as_a_module():
    command = [sys.executable, "-m", "keras_stable", "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert "train" in shown
    assert "audit" in shown


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        keras_stable.nothing  # noqa: B018


@pytest.mark.parametrize("module", MODULES)
def test_every_public_object_has_a_docstring(module):
    loaded = importlib.import_module(module)
    assert loaded.__doc__, module
    for name, value in vars(loaded).items():
        if getattr(value, "__module__", None) != module or name.startswith("_") or not callable(value):
            continue
        assert value.__doc__, f"{module}.{name}"
        for method, function in vars(value).items() if inspect.isclass(value) else ():
            inherited = any(hasattr(base, method) for base in value.__mro__[1:])
            if inspect.isfunction(function) and not method.startswith("_") and not inherited:
                assert function.__doc__, f"{module}.{name}.{method}"


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=name_of)
def test_every_config_loads_and_says_its_command_time_and_result(path):
    load_config(path)
    head = path.read_text(encoding="utf-8").split("\ndata:")[0]
    assert re.search(rf"keras-stable (train|compare) .*{path.name}", head)
    assert "Time:" in head
    assert "Result:" in head
