"""How a script spells the names of keras, numpy and tensorflow, and the imports that it lacks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import libcst as cst

from keras_stable.source_edits.source_tree import Patch, SourceTree, dotted

USUAL = {"np": "numpy", "tf": "tensorflow", "keras": "keras", "keras_stable": "keras_stable"}
"""The names that the source of an edit uses, and their modules."""


@dataclass(frozen=True)
class Spelled:
    """Source as a script would write it.

    Attributes:
        code: str.
        patches: list of `Patch`, what its imports lack.
    """

    code: str
    patches: list[Patch] = field(default_factory=list)


def spelled(tree: SourceTree, place: cst.CSTNode, code: str, instead: Mapping[str, str] | None = None) -> Spelled:
    """Returns source of an edit with the names that a script has for it.

    Args:
        tree: the script.
        place: node in it where the source will stand.
        code: str, an expression with `keras`, `keras_stable`, `np` and `tf` as their usual names.
        instead: mapping of another name in it to the expression that comes in its place.

    >>> tree = SourceTree("a.py", "from tensorflow.keras.layers import Dense\\nfrom tensorflow import keras as k\\n")
    >>> spelled(tree, tree.module, "keras.Sequential([keras.layers.Dense(2)])").code
    'k.Sequential([Dense(2)])'
    """
    value = SourceTree("", f"({code})\n")
    known = dict(_imported(tree, place))
    result = Spelled("")
    patches: list[Patch] = []
    for node in value:
        parent = value.parent(node)
        if not isinstance(node, cst.Name | cst.Attribute) or (isinstance(parent, cst.Attribute) and dotted(node)):
            continue
        name = dotted(node)
        root = name.partition(".")[0]
        if not name or _is_bound(value, node, root):
            continue
        if root in (instead or {}) and instead is not None:
            alone = name == root and isinstance(parent, cst.Arg | cst.Index | cst.Element | cst.Expr)
            new = _bracketed(instead[root], not alone) + name[len(root) :]
        elif root in USUAL:
            new = _spelling(tree, known, USUAL[root] + name[len(root) :], result.patches)
        else:
            continue
        patches.append(Patch("", value.start(node), value.end(node), new))
    source = value.bytes
    for patch in sorted(patches, key=lambda patch: -patch.start):
        source = source[: patch.start] + patch.text.encode() + source[patch.end :]
    return Spelled(source.decode()[1:-2], result.patches)


def _is_bound(value: SourceTree, node: cst.CSTNode, name: str) -> bool:
    """Returns whether a name is a parameter of a lambda or the name of a keyword, and not something from outside."""
    parent = value.parent(node)
    if (isinstance(parent, cst.Arg) and parent.keyword is node) or isinstance(parent, cst.Param):
        return True
    lambdas = (outer for outer in value.ancestors(node) if isinstance(outer, cst.Lambda))
    return any(name == parameter.name.value for inner in lambdas for parameter in inner.params.params)


def _bracketed(code: str, within: bool) -> str:
    """Returns an expression, in brackets where others bind closer than it does."""
    simple = isinstance(cst.parse_expression(code), cst.Name | cst.Attribute | cst.Call | cst.Subscript)
    return f"({code})" if within and not simple else code


def _spelling(tree: SourceTree, known: dict[str, str], name: str, patches: list[Patch]) -> str:
    words = name.split(".")
    for length in range(len(words), 0, -1):
        if (local := known.get(".".join(words[:length]))) is not None:
            return ".".join([local, *words[length:]])
    if words[0] == "keras":
        if len(words) > 2 and (patch := _longer_import(tree, known, ".".join(words[:-1]), words[-1])) is not None:
            patches.append(patch)
            known[name] = words[-1]
            return words[-1]
        if (tensorflow := known.get("tensorflow")) is not None:
            return f"{tensorflow}.{name}"
    short = next(short for short, module in USUAL.items() if module == words[0])
    known[words[0]] = short
    patches.append(_new_import(tree, f"import {words[0]}" + (f" as {short}" if short != words[0] else "")))
    return ".".join([short, *words[1:]])


def _imported(tree: SourceTree, place: cst.CSTNode) -> Iterator[tuple[str, str]]:
    """Yields full names and their names in the script, of imports that hold at a place."""
    blocks = {tree.module, *tree.ancestors(place)}
    for node in tree:
        if not isinstance(node, cst.Import | cst.ImportFrom) or tree.block(node) not in blocks:
            continue
        if isinstance(node.names, cst.ImportStar):
            continue
        before = "" if isinstance(node, cst.Import) else _module(node)
        for alias in node.names:
            name = dotted(alias.name)
            local = dotted(alias.asname.name) if alias.asname is not None else ""
            if not before and not local:
                # `import a.b` makes the name a alone.
                name = local = name.partition(".")[0]
            yield _short(f"{before}.{name}" if before else name), local or name


def _module(node: cst.ImportFrom) -> str:
    return "." * len(node.relative) + (dotted(node.module) if node.module is not None else "")


def _short(name: str) -> str:
    """Returns the name within keras of what stands under `tensorflow.keras`, too.

    >>> _short("tensorflow.keras.layers"), _short("numpy")
    ('keras.layers', 'numpy')
    """
    for before in ("tensorflow.keras", "keras.api"):
        if name == before or name.startswith(f"{before}."):
            return "keras" + name[len(before) :]
    return name


def _longer_import(tree: SourceTree, known: dict[str, str], module: str, name: str) -> Patch | None:
    """Returns the patch that adds a name to `from <module> import ...` at the top, where there is such a line."""
    if "tensorflow" in known or name in known.values() or _is_assigned(tree, name):
        return None
    for node in tree:
        if isinstance(node, cst.ImportFrom) and _short(_module(node)) == module and tree.block(node) is tree.module:
            if isinstance(node.names, cst.ImportStar):
                return None
            from keras_stable.source_edits.items import appended

            closing = tree.start(node.rpar) if node.rpar is not None else tree.end(node)
            return appended(tree, node.names, closing, name)
    return None


def _is_assigned(tree: SourceTree, name: str) -> bool:
    scope = tree.scope(tree.module)
    return scope is not None and name in scope


def _new_import(tree: SourceTree, line: str) -> Patch:
    """Returns the patch that imports a module at the top, behind the imports that there are."""
    place, body = 0, list(tree.module.body)
    for index, statement in enumerate(body):
        if isinstance(statement, cst.FunctionDef | cst.ClassDef):
            break
        if isinstance(statement, cst.SimpleStatementLine) and _stays_before(statement, index):
            place = tree.line_end(tree.end(statement))
    if place == 0:
        first = tree.line_start(tree.start(body[0])) if body else len(tree.bytes)
        return Patch(tree.file, first, first, f"{line}{tree.newline}")
    before = "" if tree.bytes[:place].endswith((b"\n", b"\r")) else tree.newline
    return Patch(tree.file, place, place, f"{before}{line}{tree.newline}")


def _stays_before(statement: cst.SimpleStatementLine, index: int) -> bool:
    """Returns whether a new import comes behind a statement: behind others, and behind the docstring."""
    small = statement.body[0]
    is_docstring = index == 0 and isinstance(small, cst.Expr) and isinstance(small.value, cst.SimpleString)
    return is_docstring or isinstance(small, cst.Import | cst.ImportFrom)
