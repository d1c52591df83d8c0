"""Layers put in, taken out and replaced."""

from collections.abc import Sequence

import libcst as cst

from keras_stable.diagnosis.edit import Edit
from keras_stable.source_edits.adapting import AdaptedLayer, adapted_layer
from keras_stable.source_edits.call_arguments import argument_of
from keras_stable.source_edits.items import appended, put_before, taken_out
from keras_stable.source_edits.layer_places import LayerPlace, items_around, layer_place
from keras_stable.source_edits.naming import Spelled, spelled
from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.project import Project
from keras_stable.source_edits.source_tree import Patch, SourceTree, called_name, dotted
from keras_stable.source_edits.statements import fresh_name, lines_before, statement_removed
from keras_stable.source_edits.uses import only_assignment


def insert_layer(project: Project, edit: Edit, edits: Sequence[Edit]) -> list[Patch]:
    """Returns the patches that put a layer before another one, or before all of them.

    Raises:
        NotPlacedError: how the layers follow each other does not show.
    """
    targets = [edit.target]
    if edit.target == "model":
        targets = list(project.program.first)
        if not targets:
            raise NotPlacedError("where the first layer is made is not in your own code")
    if not _is_first_of_its_line(project, targets[0], edit, edits):
        return []
    places = [layer_place(*project.made(target)) for target in targets]
    place = places[0]
    layer = adapted_layer(project, place, edit, edits) or AdaptedLayer(spelled(place.tree, place.made, edit.value))
    patches = [*layer.code.patches, *layer.patches]
    if len(places) > 1:
        return [*patches, *_behind_input(places, layer.code.code)]
    return [*patches, *_put(place, layer.code.code, edit.target.partition(":")[2])]


def _is_first_of_its_line(project: Project, target: str, edit: Edit, edits: Sequence[Edit]) -> bool:
    """Returns whether a line is not changed yet by an equal edit of another layer that it makes.

    Raises:
        NotPlacedError: it makes another layer that is to stay as it is.
    """
    own = project.site(target).spans[:1]
    together = [name for name, site in project.program.layers().items() if site.spans[:1] == own]
    equal = [o.target for o in edits if (o.kind, o.argument, o.value) == (edit.kind, edit.argument, edit.value)]
    for name in together:
        if name != target and name not in equal:
            raise NotPlacedError(f"the same line makes {name.partition(':')[2]} too, which is to stay as it is")
    return len(together) < 2 or next(name for name in equal if name in together) == target


def _put(place: LayerPlace, code: str, name: str) -> list[Patch]:
    tree = place.tree
    if place.how == "applied":
        argument = _tensor(place)
        if place.kept is not None and dotted(place.kept).startswith("self."):
            own = fresh_name(tree, f"before_{dotted(place.kept).partition('.')[2]}")
            line = lines_before(tree, place.made, [f"self.{own} = {code}"])
            return [*([line] if line else []), *_wrapped(tree, argument, f"self.{own}")]
        return _wrapped(tree, argument, code)
    patches = []
    if (shape := place.shape_argument) is not None and code.endswith(")"):
        # The shape of the inputs is told by the layer that comes first.
        patches.append(taken_out(tree, place.made.args, shape))
        inner = code[:-1]
        code = f"{inner}{'' if inner.endswith('(') else ', '}{tree.text(shape)})"
    if place.how == "element":
        return [*patches, put_before(tree, place.node, code)]
    assert isinstance(place.node, cst.SimpleStatementLine)
    added = place.node.body[0]
    assert isinstance(added, cst.Expr)
    assert isinstance(added.value, cst.Call)
    call = added.value
    line = lines_before(tree, place.node, [f"{tree.text(call.func)}({code})"])
    return [*patches, *([line] if line else [])]


def _tensor(place: LayerPlace) -> cst.Arg:
    arguments = place.application.args
    if not arguments or arguments[0].star or isinstance(arguments[0].value, cst.List | cst.Tuple):
        raise NotPlacedError("the layer is not given one tensor")
    return arguments[0]


def _wrapped(tree: SourceTree, argument: cst.Arg, code: str) -> list[Patch]:
    start, end = tree.start(argument.value), tree.end(argument.value)
    return [Patch(tree.file, start, start, f"{code}("), Patch(tree.file, end, end, ")")]


def _behind_input(places: Sequence[LayerPlace], code: str) -> list[Patch]:
    """Returns the patches that let all layers that take the input take it from a new layer."""
    tree, argument = places[0].tree, _tensor(places[0]).value if places[0].how == "applied" else None
    assignment = only_assignment(tree, argument) if isinstance(argument, cst.Name) else None
    node = getattr(assignment, "node", None)
    statement = tree.statement(node) if node is not None else None
    if assignment is None or statement is None or not isinstance(argument, cst.Name):
        raise NotPlacedError("several layers take the input, and it has no name of its own")
    name = fresh_name(tree, f"scaled_{argument.value}")
    end = tree.line_end(tree.end(statement))
    indentation = tree.indentation(tree.start(statement)) or ""
    line = Patch(tree.file, end, end, f"{indentation}{name} = {code}({argument.value}){tree.newline}")
    uses = [access.node for access in assignment.references if not _ends_a_model(tree, access.node)]
    return [line, *(Patch(tree.file, tree.start(use), tree.end(use), name) for use in uses)]


def _ends_a_model(tree: SourceTree, node: cst.CSTNode) -> bool:
    """Returns whether a tensor is given to `keras.Model(...)` as its input."""
    calls = (outer for outer in tree.ancestors(node) if isinstance(outer, cst.Call))
    return any(called_name(call).endswith("Model") for call in calls)


def remove_layer(project: Project, edit: Edit, edits: Sequence[Edit]) -> list[Patch]:
    """Returns the patches that take a layer out.

    Raises:
        NotPlacedError: its line makes other layers too, or how it is used does not show.
    """
    if not _is_first_of_its_line(project, edit.target, edit, edits):
        return []
    tree, made = project.made(edit.target)
    place = layer_place(tree, made)
    patches = []
    if place.kept is not None and (statement := tree.statement(made)) is not None:
        patches.append(statement_removed(tree, statement))
    if place.how == "element":
        items = items_around(tree, place.node)
        return [*patches, taken_out(tree, items, place.node), *_shape_moved(place, items)]
    if place.how == "added":
        assert isinstance(place.node, cst.SimpleStatementLine)
        if place.shape_argument is not None:
            raise NotPlacedError("it tells the shape of the inputs")
        return [*patches, statement_removed(tree, place.node)]
    argument = _tensor(place)
    text, set_to = tree.text(argument.value), tree.parent(place.application)
    if isinstance(set_to, cst.Assign) and [tree.text(target.target) for target in set_to.targets] == [text]:
        line = tree.statement(set_to)
        if line is not None and len(line.body) == 1:
            return [*patches, statement_removed(tree, line)]
    call = place.application
    return [*patches, Patch(tree.file, tree.start(call), tree.end(call), text)]


def _shape_moved(place: LayerPlace, items: Sequence[cst.CSTNode]) -> list[Patch]:
    shape, index = place.shape_argument, list(items).index(place.node)
    if shape is None:
        return []
    after = getattr(items[index + 1], "value", None) if index + 1 < len(items) else None
    if not isinstance(after, cst.Call):
        raise NotPlacedError("it tells the shape of the inputs")
    return [appended(place.tree, after.args, place.tree.call_end(after) - 1, place.tree.text(shape))]


def replace_layer(project: Project, edit: Edit, edits: Sequence[Edit]) -> list[Patch]:
    """Returns the patches that make another layer in the place of one; its name and the shape it tells stay.

    Raises:
        NotPlacedError: its line makes other layers too.
    """
    if not _is_first_of_its_line(project, edit.target, edit, edits):
        return []
    tree, made = project.made(edit.target)
    value = spelled(tree, made, edit.value)
    shape = LayerPlace(tree, made, "element", made).shape_argument
    kept = [tree.text(argument) for argument in (argument_of(made, "name"), shape) if argument is not None]
    if kept and value.code.endswith(")"):
        inner = value.code[:-1]
        value = Spelled(f"{inner}{'' if inner.endswith('(') else ', '}{', '.join(kept)})", value.patches)
    return [Patch(tree.file, tree.start(made), tree.end(made), value.code), *value.patches]
