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
# From the top down; within a level, from the left. A module imports only from places that come later, or from its own.
# Of the diagnosis, what runs the model lies high; the rest, rules and reports, runs without TensorFlow.
LEVELS = [
    ["__main__"],
    ["cli"],
    ["scripts"],
    ["source_edits"],
    ["runs.comparison", "subjects"],
    ["repairs"],
    ["runs", "diagnosis.audit"],
    ["diagnosis.evidence"],
    ["diagnosis.evidence.program"],
    ["diagnosis.evidence.training"],
    ["diagnosis.evidence.step"],
    ["diagnosis.evidence.tracing"],
    ["diagnosis.evidence.model", "diagnosis.evidence.copying", "diagnosis.evidence.data"],
    ["diagnosis.evidence.budget"],
    ["export"],
    ["testing"],
    ["data", "models", "callbacks"],
    ["checkpoints"],
    ["stability"],
    ["diagnosis"],
    ["diagnosis.judging"],
    ["diagnosis.reporting"],
    ["diagnosis.reporting.plots", "diagnosis.rules"],
    ["diagnosis.rule", "diagnosis.facts"],
    ["diagnosis.edit", "diagnosis.logs", "diagnosis.progress", "diagnosis.vocabulary"],
    ["plots"],
    ["layers", "losses", "metrics", "optimizers"],
    ["ops", "distribution"],
    ["config"],
    ["reporting"],
    ["keras_check", "keras_private"],
    ["pickling", "keras_archive"],
    ["frequency"],
    ["imports", "errors", "arguments"],
]
PLACES = {name: (depth, index) for depth, level in enumerate(LEVELS) for index, name in enumerate(level)}
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")
MODULES = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in FILES]


def name_of(path):
    return str(path.relative_to(ROOT))


def place(module):
    """Returns the most specific place that a dotted name inside the package lies in."""
    parts = module.split(".")
    prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((prefix for prefix in prefixes if prefix in PLACES), parts[0])


def imported(path):
    """Yields the modules of the package that a file imports, in functions and for type checkers too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [(f"{node.module}.{alias.name}", node.module) for alias in node.names]
        if isinstance(node, ast.Import):
            names = [(alias.name, alias.name) for alias in node.names]
        for name, module in names:
            if module.split(".")[0] == "keras_stable":
                yield name if name in MODULES else module


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_go_down_only(path):
    own = place(".".join(path.relative_to(PACKAGE).with_suffix("").parts))
    for module in set(imported(path)) - {"keras_stable"}:
        name = place(module.partition(".")[2])
        assert name == own or PLACES[name] > PLACES[own], f"{own} imports {module}"


def test_no_two_files_import_each_other():
    """In no number of steps: what is left when files that import nothing left are taken away is a circle."""
    left = {module: set(imported(path)) - {module} for module, path in zip(MODULES, FILES, strict=True)}
    while free := [module for module, modules in left.items() if not modules & left.keys()]:
        for module in free:
            del left[module]
    assert not left


# These two exist for the one public function that they are named after.
NAMED_AFTER_THEIR_FUNCTION = {"keras_stable.diagnosis.audit", "keras_stable.diagnosis.rule"}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_module_and_its_member_do_not_share_a_name(path):
    """The member would hide the module where a package offers it; a rule's file is named after its rule."""
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    members = {getattr(node, "name", None) for node in ast.parse(path.read_text(encoding="utf-8")).body}
    if module not in NAMED_AFTER_THEIR_FUNCTION and "rules" not in path.parts:
        assert path.stem not in members


def is_plain_data(path):
    """Whether a file only declares: facts are frozen data, and rules and providers test what they hold."""
    functions = [
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)
    ]
    return path.parent == PACKAGE / "diagnosis" / "facts" and not functions


@pytest.mark.parametrize("path", [path for path in FILES if not path.name.startswith("__")], ids=name_of)
def test_every_file_has_its_test(path):
    """At the same path under tests/, so that nobody has to look for it."""
    directory = path.relative_to(PACKAGE).parent
    mirror = ROOT / "tests" / directory / f"test_{path.name.removeprefix('_')}"
    assert mirror.is_file() or is_plain_data(path)


# One file by intent: whoever tries a new Keras looks there.
LONGER = {"keras_private.py": 600}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_is_one_concept(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGER.get(path.name, 250)


def test_what_is_long_has_a_reason():
    """Every file over 150 lines has a row in docs/long_files.md, and every row has a file."""
    rows = re.findall(r"^\| `([\w/]+\.py)` \|", (ROOT / "docs" / "long_files.md").read_text(encoding="utf-8"), re.M)
    paths = [ROOT / name if name.startswith(("keras_stable/", "tools/")) else PACKAGE / name for name in rows]
    assert [path for path in paths if not path.is_file()] == []
    files = [*FILES, *(ROOT / "tools").glob("*.py")]
    long = {path for path in files if len(path.read_text(encoding="utf-8").splitlines()) > 150}
    assert sorted(str(path.relative_to(ROOT)) for path in long - set(paths)) == []


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
