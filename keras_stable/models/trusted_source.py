"""Whether a module may be imported because a file names it: only where its source defines the optimizer class."""

import ast
import importlib.machinery
import sys
from collections.abc import Sequence
from pathlib import Path

_ENDINGS = (
    *("optimizer", "sgd", "adam", "adamw", "nadam", "adamax", "rmsprop"),
    *("lion", "ftrl", "adagrad", "adadelta", "adafactor", "lamb", "muon"),
)


def may_import(dotted_name: str) -> bool:
    """Returns whether the module of an optimizer class was imported already, or is known to define that class.

    Its source is read and not run: at the place that the name says there must be a class that has an optimizer among
    its bases. So a file can have no module imported but one that is there to define this class.

    Args:
        dotted_name: str, module and class, such as "my_package.optimizers.MyAdam".

    >>> may_import("keras.optimizers.Adam"), may_import("antigravity.Adam"), may_import("no.such.Adam")
    (True, False, False)
    """
    parts = dotted_name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        if ".".join(parts[:end]) in sys.modules:
            # The rest are classes, or modules below one that is there.
            if end == len(parts) - 1 or hasattr(sys.modules[".".join(parts[:end])], parts[end]):
                return True
            break
    for end in range(1, len(parts)):
        source = _source(parts[:end])
        if source is not None and _defines_optimizer(source, parts[end:]):
            return True
    return False


def _source(names: Sequence[str]) -> str | None:
    """Returns the source of a module, found without importing the packages above it."""
    path: Sequence[str] | None = None
    spec = None
    for end in range(1, len(names) + 1):
        spec = importlib.machinery.PathFinder.find_spec(".".join(names[:end]), path)
        if spec is None:
            return None
        path = spec.submodule_search_locations
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        return None
    try:
        return Path(spec.origin).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _defines_optimizer(source: str, names: Sequence[str]) -> bool:
    try:
        body: Sequence[ast.stmt] = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return False
    defined = None
    for name in names:
        defined = next((node for node in body if isinstance(node, ast.ClassDef) and node.name == name), None)
        if defined is None:
            return False
        body = defined.body
    bases = [ast.unparse(base).rsplit(".", 1)[-1].lower() for base in defined.bases] if defined else []
    return any(base.endswith(_ENDINGS) for base in bases)
