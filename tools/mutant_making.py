"""Small mistakes in a source file, one at a time: the operators of mutmut, and one for numbers of its own."""

import ast
import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation import mutators

# What a message says is not held by tests, on purpose; so neither are strings nor what stands in a `raise`.
_LEFT_OUT = (mutators.operator_string,)


def scaled_number(node: cst.Float) -> Iterable[cst.Float]:
    """Makes a number a fifth smaller: a threshold that tests see from afar only does not mind."""
    value = 0.8 * node.evaluated_value
    if value != node.evaluated_value:
        yield node.with_changes(value=repr(value))


OPERATORS = (
    *((kind, operator) for kind, operator in mutators.mutation_operators if operator not in _LEFT_OUT),
    (cst.Float, scaled_number),
)


@dataclass(frozen=True)
class Mutant:
    """A file with one mistake in it, of a kind that is named after the operator that made it."""

    path: Path
    line: int
    kind: str
    text: str

    def difference(self, original: str) -> str:
        """Returns the lines that differ from the original, with - and + before them."""
        lines = difflib.unified_diff(original.splitlines(), self.text.splitlines(), lineterm="", n=0)
        return "\n".join(line for line in lines if line[0] in "-+" and not line.startswith(("---", "+++")))


def mutants(path: Path) -> Iterator[Mutant]:
    """Yields every mutant of a file that is still Python and says something else, in the order of its lines."""
    original = path.read_text(encoding="utf-8")
    wrapper = MetadataWrapper(cst.parse_module(original), unsafe_skip_copy=True)
    visitor = _Visitor()
    wrapper.visit(visitor)
    seen = {ast.dump(ast.parse(original))}
    for line, kind, old, new in visitor.changes:
        text = wrapper.module.deep_replace(old, new).code  # type: ignore[arg-type]
        try:
            meaning = ast.dump(ast.parse(text))
        except SyntaxError:
            continue
        if meaning not in seen:
            seen.add(meaning)
            yield Mutant(path, line, kind, text)


class _Visitor(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[tuple[int, str, cst.CSTNode, cst.CSTNode]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Collects the changes of a node; types and messages are left alone."""
        if isinstance(node, cst.Annotation | cst.Raise | cst.Import | cst.ImportFrom):
            return False
        position = self.get_metadata(PositionProvider, node, None)
        for node_type, operator in OPERATORS:
            if position is not None and isinstance(node, node_type):
                kind = operator.__name__.removeprefix("operator_").replace("_", " ")
                self.changes += [(position.start.line, kind, node, new) for new in operator(node)]
        return True
