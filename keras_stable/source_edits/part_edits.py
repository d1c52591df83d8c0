"""Optimizers, schedules, losses, metrics and callbacks, replaced and taken out."""

import libcst as cst

from keras_stable.diagnosis.edit import Edit
from keras_stable.source_edits.call_arguments import argument_of, spreads, text_of
from keras_stable.source_edits.items import appended, taken_out
from keras_stable.source_edits.layer_places import items_around
from keras_stable.source_edits.naming import spelled
from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.parts import COMPILE, list_with, metric_element, part_of
from keras_stable.source_edits.project import Project
from keras_stable.source_edits.source_tree import Patch, SourceTree, called_name
from keras_stable.source_edits.statements import statement_removed
from keras_stable.source_edits.uses import only_assignment


def replace_part(project: Project, edit: Edit) -> list[Patch]:
    """Returns the patches that put something else in the place of a part.

    In it, `loss` or `optimizer` is what was there.

    Raises:
        NotPlacedError: it is not certain what makes the part.
    """
    owner, _, name = edit.target.partition(":")
    if owner == "metric":
        tree, metric, _ = _metric(project, name)
        return _instead(tree, metric.value, edit.value)
    if edit.target == "optimizer" and (added := _first_optimizer(project, edit)):
        return added
    part = part_of(project, edit.target)
    before = part.tree.text(part.node)
    if text_of(part.node) is not None or part.named:
        # A name that Keras makes something of cannot be called.
        before = f"keras.{owner}{'es' if owner == 'loss' else 's'}.get({before})"
        before = (
            spelled(part.tree, part.node, before).code if text_of(part.node) is not None else part.tree.text(part.node)
        )
    return _instead(part.tree, part.node, edit.value, {owner: before})


def _first_optimizer(project: Project, edit: Edit) -> list[Patch]:
    """Returns the patches that give `compile` an optimizer; none where it is given one."""
    tree, call = project.made("optimizer" if "optimizer" in project.program.sites else "compile")
    if called_name(call) != "compile" or argument_of(call, "optimizer", COMPILE) is not None or spreads(call):
        return []
    value = spelled(tree, call, edit.value)
    return [appended(tree, call.args, tree.call_end(call) - 1, f"optimizer={value.code}"), *value.patches]


def _instead(tree: SourceTree, node: cst.CSTNode, code: str, instead: dict[str, str] | None = None) -> list[Patch]:
    value = spelled(tree, node, code, instead)
    if tree.text(node) == value.code:
        return []
    return [Patch(tree.file, tree.start(node), tree.end(node), value.code), *value.patches]


def _metric(project: Project, name: str) -> tuple[SourceTree, cst.BaseElement, cst.List | cst.Tuple]:
    tree, call = project.made("compile")
    given = argument_of(call, "metrics", COMPILE)
    place = None if given is None else list_with(project, tree, given, project.site("compile"))
    if place is None or not isinstance(place.node, cst.List | cst.Tuple):
        raise NotPlacedError("the list of metrics is not written in one place")
    return place.tree, metric_element(place.tree, place.node.elements, name), place.node


def remove_part(project: Project, edit: Edit) -> list[Patch]:
    """Returns the patches that take a metric or a callback out of its list.

    Raises:
        NotPlacedError: it stands in no list that is written in one place.
    """
    owner, _, name = edit.target.partition(":")
    if owner == "metric":
        tree, metric, group = _metric(project, name)
        return [taken_out(tree, list(group.elements), metric)]
    if owner != "callback":
        raise NotPlacedError(f"{edit.target} cannot be taken out")
    part = part_of(project, edit.target)
    tree, node = part.tree, part.node
    element = tree.parent(node)
    if isinstance(element, cst.Element):
        return [taken_out(tree, items_around(tree, element), element)]
    added = tree.statement(node)
    if isinstance(element, cst.Arg) and added is not None and ".append(" in tree.text(added):
        return [statement_removed(tree, added)]
    statement = tree.parent(node)
    target = statement.targets[0].target if isinstance(statement, cst.Assign) else None
    assignment = only_assignment(tree, target) if isinstance(target, cst.Name) else None
    uses = [] if assignment is None else [access.node for access in assignment.references]
    line = tree.statement(node)
    if len(uses) != 1 or line is None:
        raise NotPlacedError("it stands in no list that is written in one place")
    use = tree.parent(uses[0])
    if isinstance(use, cst.Element):
        return [statement_removed(tree, line), taken_out(tree, items_around(tree, use), use)]
    added = tree.statement(uses[0])
    if isinstance(use, cst.Arg) and added is not None and ".append(" in tree.text(added):
        return [statement_removed(tree, line), statement_removed(tree, added)]
    if isinstance(use, cst.Arg) and use.keyword is not None and use.keyword.value == "callbacks":
        return [statement_removed(tree, line), taken_out(tree, items_around(tree, use), use)]
    raise NotPlacedError("it stands in no list that is written in one place")
