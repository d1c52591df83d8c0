"""Data changed right before `fit`: on the names that the call uses, or in the call where no name can be set anew."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import libcst as cst

from keras_stable.diagnosis.edit import Edit
from keras_stable.source_edits.call_arguments import argument_of, entry_of, spreads
from keras_stable.source_edits.naming import spelled
from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.origins import Origins, Place
from keras_stable.source_edits.parts import FIT
from keras_stable.source_edits.project import Project
from keras_stable.source_edits.returned import returned_parts
from keras_stable.source_edits.source_tree import Patch, SourceTree
from keras_stable.source_edits.statements import lines_before

_IN_A_MAP = ("x", "y")


@dataclass(frozen=True)
class _Change:
    """One expression of the call, and what it becomes."""

    place: Place
    code: str
    patches: list[Patch] = field(default_factory=list)


def transform_data(project: Project, edits: Sequence[Edit]) -> list[Patch]:
    """Returns the patches for edits of data that are made together.

    Args:
        project: the user's files.
        edits: of kind "transform_data"; what each says of `x` and `y` means these before any of them.

    Raises:
        NotPlacedError: `fit` is not given the data in a way that shows which they are.
    """
    tree, call = project.made("fit")
    data = {name: given_data(project, name) for name in ("x", "y", "validation_data")}
    changes = list(_changes(project, data, edits))
    return [*_placed(tree, call, changes), *(patch for change in changes for patch in change.patches)]


def given_data(project: Project, name: str) -> Place | None:
    """Returns the expression for an argument of `fit`, as it is written in the call or in a dict that it unpacks."""
    if name == "validation_data" and not project.program.validation:
        return None
    tree, call = project.made("fit")
    parts = returned_parts(tree, call)
    if name in ("x", "y") and parts:
        index = 1 if name == "x" else 2
        return Place(tree, parts[index]) if index < len(parts) else None
    given = argument_of(call, name, FIT)
    if given is not None:
        return Place(tree, given.value)
    for spread in spreads(call):
        origin = Origins(project, project.site("fit").spans).follow(Place(tree, spread.value))
        if (entry := entry_of(origin.node, name)) is not None and origin.alone:
            return Place(origin.tree, entry.value, origin.level + 1)
        if not isinstance(origin.node, cst.Dict):
            raise NotPlacedError(f"`{name}` may be among the arguments that `**` unpacks")
    return None


def _changes(project: Project, data: Mapping[str, Place | None], edits: Sequence[Edit]) -> Iterator[_Change]:
    x, y, validation = data["x"], data["y"], data["validation_data"]
    if x is None:
        raise NotPlacedError("`fit` is not given `x` in so many words")
    if project.program.data == "dataset" and any(edit.argument == "y" for edit in edits):
        others = [validation] if validation is not None and project.program.validation == "dataset" else []
        yield from _mapped(edits, [x, *others])
        return
    instead = {name: place.tree.text(place.node) for name, place in data.items() if place is not None}
    for edit in edits:
        place = data.get(edit.argument)
        if place is None:
            raise NotPlacedError(f"`fit` is not given `{edit.argument}` in so many words")
        yield _changed(project, place, edit, instead)
    own = [edit for edit in edits if edit.argument != "validation_data"]
    if validation is None or len(own) < len(edits) or project.program.data == "dataset":
        return
    yield from _in_validation(project, validation, own, {place.tree.text(place.node) for place in (x, y) if place})


def _changed(project: Project, place: Place, edit: Edit, instead: Mapping[str, str]) -> _Change:
    """Returns the change for one edit; of several arrays that come together, one is changed."""
    name = edit.target.partition(":")[2]
    form = project.program.forms.get(edit.argument, "") if name else ""
    node, whole = place.node, place.tree.text(place.node)
    names = project.program.inputs if edit.argument == "x" else project.program.outputs
    if not form:
        code = spelled(place.tree, place.node, edit.value, instead)
        return _Change(place, code.code, code.patches)
    index = names.index(name) if name in names else 0
    entry = entry_of(node, name)
    if isinstance(node, cst.List | cst.Tuple) and len(node.elements) == len(names):
        entry = node.elements[index]  # type: ignore[assignment]
    if entry is not None:
        inner = Place(place.tree, entry.value, place.level)
        code = spelled(place.tree, entry.value, edit.value, {**instead, edit.argument: place.tree.text(entry.value)})
        return _Change(inner, code.code, code.patches)
    array = f'{whole}["{name}"]' if form == "dict" else f"{whole}[{index}]"
    code = spelled(place.tree, node, edit.value, {**instead, edit.argument: array})
    if form == "dict":
        return _Change(place, f'{{**{whole}, "{name}": {code.code}}}', code.patches)
    return _Change(place, f"[*{whole}[:{index}], {code.code}, *{whole}[{index + 1}:]]", code.patches)


def _in_validation(project: Project, validation: Place, edits: Sequence[Edit], done: set[str]) -> Iterator[_Change]:
    """Yields the same changes for validation data that are a pair of arrays."""
    tree, node = validation.tree, validation.node
    if isinstance(node, cst.Tuple | cst.List) and len(node.elements) in (2, 3):
        places = [Place(tree, element.value, validation.level) for element in node.elements]
        instead = {name: tree.text(place.node) for name, place in zip(("x", "y"), places, strict=False)}
        for edit in edits:
            place = places[0 if edit.argument == "x" else 1]
            if tree.text(place.node) not in done:
                yield _changed(project, place, edit, instead)
        return
    if project.program.validation != "arrays":
        raise NotPlacedError("the validation data have to be changed in the same way, and are no arrays")
    whole = tree.text(node)
    arrays = {"x": f"{whole}[0]", "y": f"{whole}[1]"}
    codes, patches = dict(arrays), list[Patch]()
    for edit in edits:
        if project.program.forms.get(edit.argument) and ":" in edit.target:
            raise NotPlacedError("the validation data have to be changed in the same way, and are several arrays")
        new = spelled(tree, node, edit.value, arrays)
        codes[edit.argument], patches = new.code, [*patches, *new.patches]
    pair = Origins(project, project.site("fit").spans).follow(validation).node
    rest = "" if isinstance(pair, cst.Tuple) and len(pair.elements) == 2 else f", *{whole}[2:]"
    yield _Change(validation, f"({codes['x']}, {codes['y']}{rest})", patches)


def _mapped(edits: Sequence[Edit], places: Sequence[Place]) -> Iterator[_Change]:
    """Yields the changes of datasets, whose elements are tensors, which know less than arrays do."""
    codes, patches = {"x": "x", "y": "y"}, list[Patch]()
    for edit in edits:
        if "np." in edit.value or ".argmax" in edit.value or "[" in edit.value or ":" in edit.target:
            raise NotPlacedError("the elements of a dataset are no arrays")
        new = spelled(places[0].tree, places[0].node, edit.value)
        codes[edit.argument], patches = new.code, [*patches, *new.patches]
    for place in places:
        code = f"{place.tree.text(place.node)}.map(lambda x, y: ({codes['x']}, {codes['y']}))"
        yield _Change(place, code, patches)


def _placed(tree: SourceTree, call: cst.Call, changes: Sequence[_Change]) -> list[Patch]:
    texts = [change.place.tree.text(change.place.node) for change in changes]
    if all(_can_be_set(tree, call, change.place) for change in changes) and len(set(texts)) == len(texts):
        values = [change.code for change in changes]
        patch = lines_before(tree, call, [f"{', '.join(texts)} = {', '.join(values)}"])
        return [] if patch is None else [patch]
    patches = []
    for change in changes:
        other, node = change.place.tree, change.place.node
        patches.append(Patch(other.file, other.start(node), other.end(node), change.code))
    return patches


def _can_be_set(tree: SourceTree, call: cst.Call, place: Place) -> bool:
    """Returns whether a name can be set anew on a line before the call, once for every time that it is made."""
    name, scope = place.node, tree.scope(call)
    if place.tree is not tree or place.level or not isinstance(name, cst.Name) or scope is None:
        return False
    statement = tree.statement(call)
    if statement is None or tree.indentation(tree.start(statement)) is None:
        return False
    own = [assignment for assignment in scope[name.value] if assignment.scope is scope]
    nodes = [node for assignment in own if (node := getattr(assignment, "node", None)) is not None]
    before = [node for node in nodes if tree.start(node) < tree.start(statement)]
    loop = tree.loop(call)
    return bool(before) and (loop is None or any(loop in set(tree.ancestors(node)) for node in before))
