"""Edits of a program made in its sources, as far as it is certain where each has to go."""

import difflib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from keras_stable.diagnosis.edit import Edit
from keras_stable.source_edits.adapting import layer_call, set_attribute
from keras_stable.source_edits.argument_edits import append, set_argument
from keras_stable.source_edits.data_edits import transform_data
from keras_stable.source_edits.endings import TargetScale, scaled_targets
from keras_stable.source_edits.layer_edits import insert_layer, remove_layer, replace_layer
from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.part_edits import remove_part, replace_part
from keras_stable.source_edits.pasting import code_to_paste
from keras_stable.source_edits.project import Project, read_source
from keras_stable.source_edits.sites import ProgramSites
from keras_stable.source_edits.source_tree import Patch


@dataclass(frozen=True)
class Unplaced:
    """A remedy that is not made in the source.

    Attributes:
        edits: tuple of `Edit`, those that are made together.
        reason: str, why it is not certain where one of them has to go.
        file: str, where to look; "" where that is not known.
        line: int, from 1.
        code: tuple of str, lines to paste.
    """

    edits: tuple[Edit, ...]
    reason: str
    file: str
    line: int
    code: tuple[str, ...]


@dataclass(frozen=True)
class SourceChange:
    """What edits make of the sources of a program.

    Attributes:
        before: mapping of file to its text, of the files that change.
        after: mapping of file to its new text.
        placed: tuple of remedies that were made, each a tuple of `Edit`.
        unplaced: tuple of `Unplaced`.
    """

    before: Mapping[str, str]
    after: Mapping[str, str]
    placed: tuple[tuple[Edit, ...], ...]
    unplaced: tuple[Unplaced, ...]

    def diff(self) -> str:
        """Returns the change as a unified diff; "" where nothing changes."""
        parts: list[str] = []
        for file, text in self.after.items():
            old, new = (part.splitlines(keepends=True) for part in (self.before[file], text))
            # A newline that ends a line belongs to the diff's own lines.
            name = as_typed(file)
            parts += difflib.unified_diff([_ended(o) for o in old], [_ended(n) for n in new], name, name)
        return "".join(parts)


def as_typed(file: str) -> str:
    """Returns a path as one would type it: below the current directory from there on, else whole.

    >>> as_typed(os.path.join(os.getcwd(), "jobs", "train.py")), as_typed("train.py")
    ('jobs/train.py', 'train.py')
    """
    return file.removeprefix(os.path.join(os.getcwd(), ""))


def _ended(line: str) -> str:
    return line.rstrip("\r\n") + "\n"


def edit_sources(
    program: ProgramSites,
    remedies: Sequence[Sequence[Edit]],
    read: Callable[[str], str] = read_source,
    scales: Mapping[Edit, TargetScale] | None = None,
) -> SourceChange:
    """Returns the sources of a program with remedies made in them; no file is written.

    A remedy is made as a whole or not at all. One that is there already changes nothing.

    Args:
        program: where the parts of the program are made.
        remedies: each a sequence of edits that are made together.
        read: returns the text of a file.
        scales: mapping of those edits of data that only scale targets to what they make of them. They are undone
            behind the output, so that answers keep their unit.

    >>> from keras_stable.source_edits.sites import Site, Span
    >>> program = ProgramSites({"fit": Site((Span("train.py", 1),))})
    >>> remedies = [[Edit("set_argument", "fit", "epochs", "30")]]
    >>> print(edit_sources(program, remedies, read=lambda file: "model.fit(x, y)\\n").after["train.py"])
    model.fit(x, y, epochs=30)
    """
    project = Project(program, read)
    placed, others = [], []
    scales = scales or {}
    everything = [edit for remedy in remedies for edit in remedy]
    # What is adapted to the data comes behind what is done to them.
    for remedy in sorted(remedies, key=lambda remedy: not any(map(_is_of_data, remedy))):
        state = project.state()
        try:
            _make(project, remedy, everything, scales)
        except NotPlacedError as reason:
            project.restore(state)
            others.append(_unplaced(project, tuple(remedy), str(reason)))
        else:
            placed.append(tuple(remedy))
    after = project.after
    return SourceChange({file: project.before[file] for file in after}, after, tuple(placed), tuple(others))


def unplaced(
    program: ProgramSites, edits: tuple[Edit, ...], reason: str, read: Callable[[str], str] = read_source
) -> Unplaced:
    """Returns edits as code to paste, with the line that they belong to.

    Args:
        program: where the parts of the program are made.
        edits: those that are made together.
        reason: str, why they are not made in the source.
        read: returns the text of a file.
    """
    return _unplaced(Project(program, read), edits, reason)


def _is_of_data(edit: Edit) -> bool:
    return edit.kind == "transform_data"


def _make(
    project: Project, edits: Sequence[Edit], everything: Sequence[Edit], scales: Mapping[Edit, TargetScale]
) -> None:
    data = [edit for edit in edits if _is_of_data(edit) and edit not in scales]
    if data:
        project.apply(transform_data(project, data))
    for edit in edits:
        if edit in scales:
            project.apply(scaled_targets(project, scales[edit]))
    others = [edit for edit in everything if _is_of_data(edit)]
    for edit in edits:
        if not _is_of_data(edit):
            project.apply(_patches(project, edit, [*edits, *others]))


def _patches(project: Project, edit: Edit, edits: Sequence[Edit]) -> list[Patch]:
    is_layer = edit.target.startswith("layer:")
    if edit.kind == "set_argument":
        return set_argument(project, edit, edits)
    if edit.kind == "append":
        return append(project, edit)
    if edit.kind == "insert_layer":
        return insert_layer(project, edit, edits)
    if edit.kind == "remove":
        return remove_layer(project, edit, edits) if is_layer else remove_part(project, edit)
    if edit.kind == "replace":
        return replace_layer(project, edit, edits) if is_layer else replace_part(project, edit)
    if edit.kind == "set_attribute":
        return set_attribute(project, edit)
    return layer_call(project, edit)


def _unplaced(project: Project, edits: tuple[Edit, ...], reason: str) -> Unplaced:
    sites = project.program.sites
    first = edits[0].target
    site = (
        sites.get(first) or sites.get(first.partition(":")[0]) or sites.get("compile" if first in _COMPILED else "fit")
    )
    span = site.spans[0] if site is not None and site.spans else None
    line = 0 if span is None else project.first_line(span)
    return Unplaced(edits, reason, as_typed(span.file) if span else "", line, tuple(map(code_to_paste, edits)))


_COMPILED = ("optimizer", "loss", "schedule", "compile")
