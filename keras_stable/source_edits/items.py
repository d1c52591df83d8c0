"""Items between brackets, of calls, lists and dicts: one more, or one less, in the style of the others."""

from collections.abc import Sequence

import libcst as cst

from keras_stable.source_edits.source_tree import Patch, SourceTree


def appended(tree: SourceTree, items: Sequence[cst.CSTNode], closing: int, code: str) -> Patch:
    """Returns the patch that adds an item behind the others.

    Args:
        tree: the file.
        items: those there are: `Arg`, `Element` or `DictElement` nodes.
        closing: int, where the closing bracket stands.
        code: str, the item.
    """
    if not items:
        return Patch(tree.file, closing, closing, code)
    end, comma = tree.end(items[-1]), _comma_end(tree, items[-1])
    indentation = tree.indentation(tree.start(items[-1]))
    own_line = indentation is not None
    if own_line and tree.line(closing) > tree.line(end):
        # Behind the comment that may stand on the line of the last one.
        line_end = tree.line_end(comma or end)
        new = f"{indentation}{code},{tree.newline}"
        if comma is not None:
            return Patch(tree.file, line_end, line_end, new)
        rest = tree.bytes[end:line_end].decode()
        return Patch(tree.file, end, line_end, f",{rest}{indentation}{code}{tree.newline}")
    if comma is not None:
        return Patch(tree.file, comma, comma, f" {code}")
    if own_line and tree.line(tree.start(items[-1])) > tree.line(tree.start(items[0])):
        return Patch(tree.file, end, end, f",{tree.newline}{indentation}{code}")
    return Patch(tree.file, end, end, f", {code}")


def put_before(tree: SourceTree, item: cst.CSTNode, code: str) -> Patch:
    """Returns the patch that puts an item before another one."""
    start = tree.start(item)
    indentation = tree.indentation(start)
    between = " " if indentation is None else f"{tree.newline}{indentation}"
    return Patch(tree.file, start, start, f"{code},{between}")


def taken_out(tree: SourceTree, items: Sequence[cst.CSTNode], item: cst.CSTNode) -> Patch:
    """Returns the patch that takes an item away, with its line where it stands alone on it."""
    index = items.index(item)
    start, end = tree.start(item), _comma_end(tree, item) or tree.end(item)
    line_start, line_end = tree.line_start(start), tree.line_end(end)
    rest = tree.bytes[end:line_end].decode().strip()
    if tree.indentation(start) is not None and (not rest or rest.startswith("#")):
        return Patch(tree.file, line_start, line_end, "")
    if index + 1 < len(items):
        return Patch(tree.file, start, tree.start(items[index + 1]), "")
    if index:
        # A tuple of one is told by its comma.
        keeps_comma = len(items) == 2 and isinstance(tree.parent(item), cst.Tuple)
        before = (_comma_end(tree, items[0]) if keeps_comma else None) or tree.end(items[index - 1])
        return Patch(tree.file, before, tree.end(item), "")
    return Patch(tree.file, start, end, "")


def _comma_end(tree: SourceTree, item: cst.CSTNode) -> int | None:
    comma = getattr(item, "comma", None)
    return tree.end(comma) if isinstance(comma, cst.Comma) else None
