"""A source file with its syntax tree, its scopes, and where in its bytes each node stands."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import (
    ByteSpanPositionProvider,
    CodeSpan,
    MetadataWrapper,
    ParentNodeProvider,
    Scope,
    ScopeProvider,
)

from keras_stable.source_edits.sites import Span

Block = cst.FunctionDef | cst.ClassDef | cst.Lambda | cst.Module
_LOOPS = (cst.For, cst.While, cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)


@dataclass(frozen=True)
class Patch:
    """Bytes of a file that others come in the place of.

    Attributes:
        file: str.
        start, end: int, in bytes of UTF-8; equal for an insertion.
        text: str, what comes there.
    """

    file: str
    start: int
    end: int
    text: str


class SourceTree:
    """A parsed source file.

    Args:
        file: str, its path.
        source: str, its text with its own newlines.

    Raises:
        libcst.ParserSyntaxError: it is not Python.
    """

    def __init__(self, file: str, source: str) -> None:
        self.file, self.bytes = file, source.encode()
        # A tree is looked at in several ways, which cost much more than to parse it, or in none.
        self._wrapper = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
        self.module = self._wrapper.module
        self.newline = self.module.default_newline

    @functools.cached_property
    def _spans(self) -> Mapping[cst.CSTNode, CodeSpan]:
        return self._wrapper.resolve(ByteSpanPositionProvider)

    @functools.cached_property
    def _parents(self) -> Mapping[cst.CSTNode, cst.CSTNode]:
        return self._wrapper.resolve(ParentNodeProvider)

    @functools.cached_property
    def _scopes(self) -> Mapping[cst.CSTNode, Scope | None]:
        return self._wrapper.resolve(ScopeProvider)

    @functools.cached_property
    def _nodes(self) -> list[cst.CSTNode]:
        return sorted(self._spans, key=lambda node: (self._spans[node].start, -self._spans[node].length))

    @functools.cached_property
    def _calls(self) -> list[cst.Call]:
        return [node for node in self if isinstance(node, cst.Call)]

    def __iter__(self) -> Iterator[cst.CSTNode]:
        """Yields all nodes in their order, outer ones first."""
        return iter(self._nodes)

    def calls(self) -> list[cst.Call]:
        """Returns all calls."""
        return self._calls

    def start(self, node: cst.CSTNode) -> int:
        """Returns where a node begins, with the brackets around it."""
        return self._spans[node].start - sum(len(self._code(left)) for left in _brackets(node, "lpar"))

    def end(self, node: cst.CSTNode) -> int:
        """Returns where a node ends, with the brackets around it."""
        span = self._spans[node]
        return span.start + span.length + sum(len(self._code(right)) for right in _brackets(node, "rpar"))

    def call_end(self, call: cst.Call) -> int:
        """Returns where a call ends: right behind its own closing bracket."""
        return self._spans[call].start + self._spans[call].length

    def text(self, node: cst.CSTNode) -> str:
        """Returns a node as it is written, with the brackets around it."""
        return self.bytes[self.start(node) : self.end(node)].decode()

    def _code(self, node: cst.CSTNode) -> bytes:
        return self.module.code_for_node(node).encode()

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """Returns what a node stands in; None for the module."""
        return self._parents.get(node)

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """Yields what a node stands in, from within outward."""
        parent = self.parent(node)
        while parent is not None:
            yield parent
            parent = self.parent(parent)

    def scope(self, node: cst.CSTNode) -> Scope | None:
        """Returns the scope that the names of an expression are looked up in."""
        for candidate in (node, *self.ancestors(node)):
            if (scope := self._scopes.get(candidate)) is not None:
                return scope
        return None

    def block(self, node: cst.CSTNode) -> Block:
        """Returns the innermost function, lambda, class or module around a node."""
        kinds = (cst.FunctionDef, cst.ClassDef, cst.Lambda, cst.Module)
        return next(outer for outer in self.ancestors(node) if isinstance(outer, kinds))

    def enclosing_class(self, node: cst.CSTNode) -> cst.ClassDef | None:
        """Returns the class that a node stands in."""
        return next((outer for outer in self.ancestors(node) if isinstance(outer, cst.ClassDef)), None)

    def loop(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """Returns the loop around a node in its own function; None where it is in none."""
        for outer in self.ancestors(node):
            if isinstance(outer, cst.FunctionDef | cst.ClassDef | cst.Lambda):
                return None
            if isinstance(outer, _LOOPS):
                return outer
        return None

    def statement(self, node: cst.CSTNode) -> cst.SimpleStatementLine | None:
        """Returns the line of statements that a node stands in; None where it is in the head of a block."""
        for outer in (node, *self.ancestors(node)):
            if isinstance(outer, cst.SimpleStatementLine):
                return outer
            if isinstance(outer, cst.BaseCompoundStatement | cst.SimpleStatementSuite | cst.Lambda):
                return None
        return None

    def offset(self, line: int, column: int) -> int:
        """Returns the place in the file of a line from 1 and a column in bytes."""
        lines = self.bytes.splitlines(keepends=True)
        return sum(map(len, lines[: line - 1])) + column

    def line(self, offset: int) -> int:
        """Returns the number of the line that a place is in, from 1."""
        return len((self.bytes[:offset] + b"|").splitlines())

    def line_start(self, offset: int) -> int:
        """Returns where the line of a place begins."""
        return max(self.bytes.rfind(b"\n", 0, offset), self.bytes.rfind(b"\r", 0, offset)) + 1

    def line_end(self, offset: int) -> int:
        """Returns where the line of a place ends, behind its newline."""
        rest = self.bytes[offset:].splitlines(keepends=True)
        return offset + (len(rest[0]) if rest else 0)

    def indentation(self, offset: int) -> str | None:
        """Returns the space before a place on its line; None where there is more than space."""
        before = self.bytes[self.line_start(offset) : offset].decode()
        return before if not before.strip() else None

    def call_at(self, span: Span, name: str = "") -> cst.Call | None:
        """Returns the call at a span. Where only its line is known, it is the call of this name, or else the first one.

        >>> tree = SourceTree("train.py", "a(1)\\nb(c(2))\\n")
        >>> tree.text(tree.call_at(Span("train.py", 2, (2, 6)))), tree.text(tree.call_at(Span("train.py", 2), "b"))
        ('c(2)', 'b(c(2))')
        """
        if span.end is not None:
            end = self.offset(*span.end)
            return next((call for call in self.calls() if self.call_end(call) == end), None)
        here = [call for call in self.calls() if self.line(self.start(call)) == span.line]
        named = [call for call in here if called_name(call) == name]
        return next(iter(named or here), None)


def _brackets(node: cst.CSTNode, side: str) -> Sequence[cst.CSTNode]:
    """Returns the brackets around an expression; those of an import belong to it."""
    return getattr(node, side) if isinstance(node, cst.BaseExpression) else ()


def called_name(call: cst.Call) -> str:
    """Returns the last word of what is called: "fit" of `model.fit(x)`; "" where it has no name."""
    return last_name(call.func)


def last_name(expression: cst.CSTNode) -> str:
    """Returns the last word of a name with dots; "" where it is something else."""
    if isinstance(expression, cst.Attribute):
        return expression.attr.value
    return expression.value if isinstance(expression, cst.Name) else ""


def dotted(expression: cst.CSTNode) -> str:
    """Returns a name with dots as text; "" where it is something else.

    >>> dotted(cst.parse_expression("keras.layers.Dense")), dotted(cst.parse_expression("f().a"))
    ('keras.layers.Dense', '')
    """
    if isinstance(expression, cst.Name):
        return expression.value
    if isinstance(expression, cst.Attribute) and (before := dotted(expression.value)):
        return f"{before}.{expression.attr.value}"
    return ""


def patched(source: bytes, patches: list[Patch]) -> bytes:
    """Returns bytes with patches made, which do not overlap; insertions at one place come in their order.

    >>> patched(b"a = 1", [Patch("f", 4, 5, "2"), Patch("f", 0, 0, "b = ")])
    b'b = a = 2'
    """
    parts, done = [], 0
    for patch in sorted(patches, key=lambda patch: (patch.start, patch.end)):
        parts += [source[done : patch.start], patch.text.encode()]
        done = patch.end
    return b"".join([*parts, source[done:]])
