"""The source files of a user's program, of which edits change the text."""

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePath

import libcst as cst

from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.sites import ProgramSites, Site, Span
from keras_stable.source_edits.source_tree import Patch, SourceTree, called_name, dotted, patched


def read_source(file: str) -> str:
    """Returns the text of a Python file, with its own newlines.

    Raises:
        OSError: it cannot be read.
        UnicodeDecodeError: it is not in the encoding that it says.
    """
    import tokenize

    with open(file, "rb") as stream:
        encoding, _ = tokenize.detect_encoding(stream.readline)
    return Path(file).read_bytes().decode(encoding)


# Of a program: more are not looked through, nor directories further above.
_FILES, _LEVELS = 64, 3


class Project:
    """The files of a program, parsed as they are needed, with the sites of its parts kept right as their text changes.

    Args:
        program: where its parts are.
        read: returns the text of a file.
    """

    def __init__(self, program: ProgramSites, read: Callable[[str], str] = read_source) -> None:
        self._read = read
        self._trees: dict[str, SourceTree] = {}
        self.before: dict[str, str] = {}
        self._looked = False
        sites = {target: self._exact(target, site) for target, site in program.sites.items()}
        self.program = replace(program, sites=sites)

    def _exact(self, target: str, site: Site) -> Site:
        """Returns a site of which it is known where each call ends."""
        spans: list[Span] = []
        for span in site.spans:
            with contextlib.suppress(NotPlacedError):
                name = (target if target in ("fit", "compile") else site.kind) if not spans else ""
                tree, call = self.call(span, name)
                span = _span(tree, tree.call_end(call))
            spans.append(span)
        return replace(site, spans=tuple(spans))

    @property
    def after(self) -> Mapping[str, str]:
        """Returns the text of the files that have changed."""
        texts = {file: tree.bytes.decode() for file, tree in self._trees.items()}
        return {file: text for file, text in texts.items() if text != self.before[file]}

    def state(self) -> tuple[ProgramSites, dict[str, SourceTree]]:
        """Returns what `restore` goes back to."""
        return self.program, dict(self._trees)

    def restore(self, state: tuple[ProgramSites, dict[str, SourceTree]]) -> None:
        """Takes back the changes since a state."""
        self.program, trees = state
        self._trees |= trees

    def first_line(self, span: Span) -> int:
        """Returns the line, from 1, in which a call begins in the text as it was before all changes."""
        with contextlib.suppress(NotPlacedError):
            tree, call = self.call(span)
            line = tree.bytes[tree.line_start(tree.start(call)) : tree.line_end(tree.start(call))].decode()
            before = self.before[span.file].splitlines(keepends=True)
            if line in before:
                return before.index(line) + 1
        return span.line

    def tree(self, file: str) -> SourceTree:
        """Returns a file as it is now.

        Raises:
            NotPlacedError: it is no Python file that can be read.
        """
        if file not in self._trees:
            try:
                source = self._read(file)
                self._trees[file] = SourceTree(file, source)
            except (OSError, UnicodeDecodeError, LookupError, SyntaxError, cst.ParserSyntaxError) as error:
                what = (
                    "a cell of a notebook" if "(cell " in file or file.startswith("<") else "no file that can be read"
                )
                raise NotPlacedError(f"{file} is {what}") from error
            self.before[file] = source
        return self._trees[file]

    def trees(self) -> Iterator[SourceTree]:
        """Yields the files that the parts of the program are made in, and the user's files that these import."""
        if not self._looked:
            self._looked = True
            for file in dict.fromkeys(span.file for site in self.program.sites.values() for span in site.spans):
                with contextlib.suppress(NotPlacedError):
                    self.tree(file)
            looked: set[str] = set()
            while (ahead := self._trees.keys() - looked) and len(looked) < _FILES:
                for file in sorted(ahead):
                    looked.add(file)
                    for name in imported_modules(self._trees[file]):
                        self.module(self._trees[file], name)
        yield from list(self._trees.values())

    def module(self, tree: SourceTree, name: str) -> SourceTree | None:
        """Returns the user's file that a file imports under a name such as "settings.rates"; None for other modules."""
        home = PurePath(tree.file).parent
        level = len(name) - len(name.lstrip("."))
        path = "/".join(name.lstrip(".").split("."))
        homes = [home.parents[level - 2] if level > 1 else home] if level else [home, *home.parents[:_LEVELS]]
        for directory in homes:
            for file in (directory / f"{path}.py", directory / path / "__init__.py"):
                try:
                    return self.tree(str(file))
                except NotPlacedError:
                    continue
        return None

    def site(self, target: str) -> Site:
        """Returns where a part is made.

        Raises:
            NotPlacedError: that is not in the user's own code.
        """
        site = self.program.sites.get(target)
        if site is None or not site.spans:
            raise NotPlacedError(f"where {target} is made is not in your own code")
        return site

    def call(self, span: Span, name: str = "") -> tuple[SourceTree, cst.Call]:
        """Returns the call at a span.

        Raises:
            NotPlacedError: there is none.
        """
        tree = self.tree(span.file)
        call = tree.call_at(span, name)
        if call is None:
            raise NotPlacedError(f"there is no call at {span.file}:{span.line}")
        return tree, call

    def made(self, target: str) -> tuple[SourceTree, cst.Call]:
        """Returns the call that made a part, or that of `compile` where Keras made it from a name."""
        site = self.site(target)
        return self.call(site.spans[0], site.kind or target)

    def calls_of(self, name: str) -> list[tuple[SourceTree, cst.Call]]:
        """Returns all calls of a function or class by its last name."""
        return [(tree, call) for tree in self.trees() for call in tree.calls() if called_name(call) == name]

    def apply(self, patches: list[Patch]) -> None:
        """Makes changes, all of them or none.

        Raises:
            NotPlacedError: two of them are about the same place, or the result would be no Python.
        """
        unique = list(dict.fromkeys(patches))
        new: dict[str, SourceTree] = {}
        for file in {patch.file for patch in unique}:
            own = [patch for patch in unique if patch.file == file]
            _check_apart(own)
            try:
                new[file] = SourceTree(file, patched(self._trees[file].bytes, own).decode())
            except cst.ParserSyntaxError as error:
                raise NotPlacedError(f"{file} would not be Python any more") from error
        sites = {target: self._moved(site, unique, new) for target, site in self.program.sites.items()}
        self._trees |= new
        self.program = replace(self.program, sites=sites)

    def _moved(self, site: Site, patches: list[Patch], new: Mapping[str, SourceTree]) -> Site:
        return replace(site, spans=tuple(self._moved_span(span, patches, new) for span in site.spans))

    def _moved_span(self, span: Span, patches: list[Patch], new: Mapping[str, SourceTree]) -> Span:
        if span.file not in new or span.end is None:
            return span
        before = self._trees[span.file].offset(*span.end)
        own = [patch for patch in patches if patch.file == span.file and patch.start < before]
        if any(before <= patch.end and not patch.text for patch in own):
            # It was taken out.
            return Span(span.file, 0)
        return _span(
            new[span.file],
            before + sum(len(patch.text.encode()) - patch.end + patch.start for patch in own if patch.end <= before),
        )


def _span(tree: SourceTree, end: int) -> Span:
    line = tree.line(end)
    return Span(tree.file, line, (line, end - tree.line_start(end)))


def _check_apart(patches: list[Patch]) -> None:
    ordered = sorted(patches, key=lambda patch: (patch.start, patch.end))
    for one, other in itertools.pairwise(ordered):
        if other.start < one.end:
            raise NotPlacedError("two changes are about the same place")


def imported_modules(tree: SourceTree) -> Iterator[str]:
    """Yields the modules that a file imports, with the dots before relative ones.

    >>> sorted(imported_modules(SourceTree("a.py", "import os.path\\nfrom .settings import RATE\\n")))
    ['.settings', '.settings.RATE', 'os.path']
    """
    for node in tree:
        if isinstance(node, cst.Import):
            yield from (alias.evaluated_name for alias in node.names)
        if isinstance(node, cst.ImportFrom):
            module = "." * len(node.relative) + (dotted(node.module) if node.module is not None else "")
            yield module
            if not isinstance(node.names, cst.ImportStar):
                yield from (f"{module.rstrip('.')}.{alias.evaluated_name}" for alias in node.names if module)
