"""Statements put before others, and lines taken away."""

from collections.abc import Sequence

import libcst as cst

from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.source_tree import Patch, SourceTree


def statement_of(tree: SourceTree, node: cst.CSTNode) -> cst.SimpleStatementLine:
    """Returns the line that a node stands in, which others can be put before.

    Raises:
        NotPlacedError: it stands in the head of a block, in a lambda, or behind another statement on its line.
    """
    statement = tree.statement(node)
    if statement is None or tree.indentation(tree.start(statement)) is None:
        raise NotPlacedError("no line can be put before it")
    return statement


def lines_before(tree: SourceTree, node: cst.CSTNode, lines: Sequence[str]) -> Patch | None:
    """Returns the patch that puts lines before the statement that a node stands in; None where they are there already.

    Raises:
        NotPlacedError: as `statement_of`.
    """
    statement = statement_of(tree, node)
    start = tree.line_start(tree.start(statement))
    indentation = tree.indentation(tree.start(statement)) or ""
    text = "".join(f"{indentation}{line}{tree.newline}" for line in lines)
    if tree.bytes[:start].endswith(text.encode()):
        return None
    return Patch(tree.file, start, start, text)


def statement_removed(tree: SourceTree, statement: cst.SimpleStatementLine) -> Patch:
    """Returns the patch that takes the lines of a statement away; what has to stay in its block is a `pass`."""
    start, end = tree.start(statement), tree.end(statement)
    block = tree.parent(statement)
    if isinstance(block, cst.IndentedBlock) and len(block.body) == 1:
        return Patch(tree.file, start, end, "pass")
    return Patch(tree.file, tree.line_start(start), tree.line_end(end), "")


def fresh_name(tree: SourceTree, name: str) -> str:
    """Returns a name that the file does not have yet.

    >>> fresh_name(SourceTree("a.py", "scaling = 1\\n"), "scaling")
    'scaling_2'
    """
    used = {node.value for node in tree if isinstance(node, cst.Name)}
    numbers = (f"{name}_{number}" for number in range(2, len(used) + 3))
    return next(candidate for candidate in (name, *numbers) if candidate not in used)
