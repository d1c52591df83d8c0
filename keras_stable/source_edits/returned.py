"""The arguments of `fit` that a function returns with a model: `return model, x, y, dict(epochs=3)`."""

from collections.abc import Sequence

import libcst as cst

from keras_stable.source_edits.call_arguments import is_dict_call
from keras_stable.source_edits.sites import Site, Span
from keras_stable.source_edits.source_tree import SourceTree, called_name

_DEPTH = 5


def returned_site(tree: SourceTree, function: str) -> Site | None:
    """Returns the site of the arguments of `fit` that a function of a file returns; None where it does not show.

    Args:
        tree: the file.
        function: str, its name.

    >>> tree = SourceTree("a.py", "def build():\\n    return m, x, y, dict(epochs=3)\\n")
    >>> [span.line for span in returned_site(tree, "build").spans]
    [2]
    """
    calls: list[cst.Call] = []
    for _ in range(_DEPTH):
        value = _returned(tree, function)
        if isinstance(value, cst.Tuple) and value.elements:
            last = value.elements[-1].value
            if isinstance(last, cst.Call) and is_dict_call(last):
                return Site(tuple(_span(tree, call) for call in [last, *reversed(calls)]), "dict")
        if not isinstance(value, cst.Call):
            return None
        calls.append(value)
        function = called_name(value)
    return None


def _returned(tree: SourceTree, function: str) -> cst.BaseExpression | None:
    returns = [
        node
        for node in tree
        if isinstance(node, cst.Return)
        and isinstance(block := tree.block(node), cst.FunctionDef)
        and block.name.value == function
    ]
    return returns[0].value if len(returns) == 1 else None


def _span(tree: SourceTree, call: cst.Call) -> Span:
    end = tree.call_end(call)
    line = tree.line(end)
    return Span(tree.file, tree.line(tree.start(call)), (line, end - tree.line_start(end)))


def returned_parts(tree: SourceTree, call: cst.Call) -> Sequence[cst.BaseExpression]:
    """Returns model, x and y that stand before the arguments of `fit` in a tuple; nothing for a call of `fit`."""
    element = tree.parent(call)
    group = tree.parent(element) if isinstance(element, cst.Element) and is_dict_call(call) else None
    return [other.value for other in group.elements[:-1]] if isinstance(group, cst.Tuple) else []
