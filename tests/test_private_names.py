"""No file but `keras_private.py` uses a private name of Keras or TensorFlow.

A name is private when it begins with one underscore, or when it is a module that neither documents: `keras.src`,
`tensorflow.python`, `tf.__internal__`. A private name may be used where its own file defines it, and on `self`
where a class of the package does; and a class of Keras or TensorFlow is never given one that it has already.
"""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

import keras_stable
from keras_stable import keras_private

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "keras_stable"
HOME = PACKAGE / "keras_private.py"
FILES = sorted(PACKAGE.rglob("*.py"))
PRIVATE = re.compile(r"_[a-zA-Z](\w*[a-zA-Z0-9])?")
MODULES = re.compile(r"(keras\.src|tensorflow\.python|keras_core|.*__internal__)(\..*)?")
# Public in spite of the underscore: the interface of a `collections.namedtuple`, and `os._exit`.
PUBLIC = {"_fields", "_replace", "_asdict", "_make", "_field_defaults", "_exit"}
OWN = {"self", "cls"}


def name_of(path):
    return str(path.relative_to(ROOT))


def is_own(owner):
    is_super = isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name) and owner.func.id == "super"
    return is_super or (isinstance(owner, ast.Name) and owner.id in OWN)


def defined(tree):
    """Returns every private name that a file defines: functions, methods, class attributes, attributes of `self`."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and is_own(node.value):
            names.add(node.attr)
        elif isinstance(node, ast.arg | ast.alias):
            names.add(getattr(node, "asname", None) or getattr(node, "arg", None) or node.name)
    return {name for name in names if PRIVATE.fullmatch(name)}


def dotted(node):
    if isinstance(node, ast.Name):
        return node.id
    return f"{dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else "?"


def parts_of_text(tree):
    """Returns the string constants that are put together with others, or looked for in others."""
    parts = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp | ast.JoinedStr):
            parts |= {id(inner) for inner in ast.walk(node)}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in dir(str):
            parts |= {id(argument) for argument in node.args} | {id(node.func.value)}
    return parts


def used(tree, elsewhere=frozenset()):
    """Yields each foreign private name in a file, with its line.

    Args:
        tree: the file.
        elsewhere: the private names that other files of the package define.
    """
    own = defined(tree) | PUBLIC
    skipped = parts_of_text(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            allowed = own | elsewhere if is_own(node.value) else own
            if (PRIVATE.fullmatch(node.attr) and node.attr not in allowed) or MODULES.fullmatch(dotted(node)):
                yield f"{node.lineno}: {dotted(node)}"
        elif isinstance(node, ast.Import):
            yield from [f"{node.lineno}: {alias.name}" for alias in node.names if MODULES.fullmatch(alias.name)]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
            foreign = not (node.module or "").startswith("keras_stable")
            hidden = [name for name in names if foreign and PRIVATE.fullmatch(name.split(".")[-1])]
            yield from [f"{node.lineno}: {name}" for name in names if MODULES.fullmatch(name)] + [
                f"{node.lineno}: {name}" for name in hidden
            ]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            # The names that getattr, hasattr, setattr and vars take.
            name = bool(PRIVATE.fullmatch(node.value)) and id(node) not in skipped
            if (name and node.value not in own) or MODULES.fullmatch(node.value.strip(".")) or node.value == "src":
                yield f"{node.lineno}: {node.value!r}"


TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
DEFINED = {path: defined(tree) for path, tree in TREES.items()}


@pytest.mark.parametrize("path", [path for path in FILES if path != HOME], ids=name_of)
def test_no_other_file_uses_a_private_name(path):
    elsewhere = frozenset().union(*(names for other, names in DEFINED.items() if other not in (path, HOME)))
    assert list(used(TREES[path], elsewhere)) == []


@pytest.mark.parametrize(
    "line",
    [
        "layer._flatten_layers()",
        "self.optimizer._learning_rate",
        "self._learning_rate",
        "super()._clip_gradients(grads)",
        "getattr(model, '_compile_loss', None)",
        "for name in ('_compile_loss', '_compile_metrics'): pass",
        "vars(layer)['_tracker']",
        "setattr(layer, '_metrics', [])",
        "import keras.src.backend",
        "from keras.src.backend.common import global_state",
        "from tensorflow.python.eager import context",
        "from tensorflow import python",
        "from keras.layers import _private",
        "keras.src.ops.add(1, 2)",
        "tf.__internal__.distribute",
        "base.__module__.startswith('keras.src.optimizers.')",
        "'tensorflow.python.data'",
        "parts[:3] == ['keras', 'src', 'layers']",
    ],
)
def test_what_counts_as_a_private_name(line):
    if line == "from tensorflow import python":
        assert MODULES.fullmatch("tensorflow.python")
    assert list(used(ast.parse(line))) != []


@pytest.mark.parametrize(
    "line",
    [
        "class A:\n    def _one(self):\n        return self._one, other._one",
        "self._rate = 1; copied._rate",
        "row._replace(a=1)._fields",
        "name.removesuffix('_kernel') + '_initializer'",
        "module.__name__",
        "import keras, tensorflow.keras",
    ],
)
def test_what_is_no_foreign_private_name(line):
    assert list(used(ast.parse(line))) == []


def own_classes():
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in FILES]
    for module in modules:
        for value in vars(importlib.import_module(module)).values():
            if inspect.isclass(value) and value.__module__ == module:
                yield value


def is_foreign(kind):
    return kind.__module__.split(".")[0] in ("keras", "tensorflow")


FOREIGN = sorted(
    {kind for kind in own_classes() if any(map(is_foreign, kind.__mro__))}, key=lambda kind: kind.__qualname__
)


def private_attributes(kinds):
    source = "\n".join(inspect.getsource(kind) for kind in kinds)
    return {*re.findall(r"\bself\.(_[a-z]\w*)", source), *re.findall(r"\bdef (_[a-z]\w*)", source)}


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: kind.__qualname__)
def test_a_class_of_keras_is_given_no_private_name_that_it_has(kind):
    bases = [base for base in kind.__mro__ if base.__module__.startswith("keras_stable")]
    own = private_attributes([base for base in bases if base is not keras_private.KerasHooks])
    assert own & private_attributes(filter(is_foreign, kind.__mro__)) == set()


def test_the_classes_are_found():
    assert {keras_stable.optimizers.AdamW, keras_stable.layers.FeatureNormalization} <= set(FOREIGN)


FUNCTIONS = [node for node in TREES[HOME].body if isinstance(node, ast.FunctionDef | ast.ClassDef)]


def snake(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


@pytest.mark.parametrize("node", FUNCTIONS, ids=lambda node: node.name)
def test_every_function_says_which_names_it_stands_for_and_has_its_test(node):
    assert not node.name.startswith("_")
    doc = ast.get_docstring(node)
    names = {line.split(": ", 1)[1].strip("'").split(".")[-1] for line in used(ast.Module([node], []))}
    names |= {inner.name for inner in node.body if isinstance(inner, ast.FunctionDef) and PRIVATE.match(inner.name)}
    missing = {name for name in names if name not in doc and not name.startswith("_global_state")}
    assert missing == set()
    tests = ast.parse((ROOT / "tests" / "test_keras_private.py").read_text(encoding="utf-8"))
    assert f"test_{snake(node.name)}" in {test.name for test in tests.body if isinstance(test, ast.FunctionDef)}
