"""Arguments of calls, set where their values stand."""

from collections.abc import Sequence

import libcst as cst

from keras_stable.diagnosis.edit import Edit
from keras_stable.source_edits.call_arguments import argument_of, entry_of, is_dict_call, spreads
from keras_stable.source_edits.items import appended
from keras_stable.source_edits.naming import spelled
from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.origins import Origins, Place
from keras_stable.source_edits.parts import COMPILE, FIT, list_with, metric_element, part_of
from keras_stable.source_edits.project import Project
from keras_stable.source_edits.sites import Site
from keras_stable.source_edits.source_tree import Patch, SourceTree, called_name
from keras_stable.source_edits.uses import assigned_value, only_assignment

_BY_POSITION = {"fit": FIT, "compile": COMPILE}


def set_argument(project: Project, edit: Edit, edits: Sequence[Edit]) -> list[Patch]:
    """Returns the patches that give the call that made the target another argument.

    Args:
        project: the user's files.
        edit: of kind "set_argument".
        edits: all edits that are made together; a call that makes several layers is changed where all of them change.

    Raises:
        NotPlacedError: where the value stands is not certain.
    """
    owner, _, name = edit.target.partition(":")
    if edit.target in _BY_POSITION:
        tree, call = project.made(edit.target)
        return argument_set(project, tree, call, project.site(edit.target), edit)
    if edit.target == "layer:*":
        return _in_all_layers(project, edit)
    if owner == "layer":
        tree, call = project.made(edit.target)
        return argument_set(project, tree, call, project.site(edit.target), edit, edits)
    if owner == "metric":
        return _in_metric(project, edit, name)
    part = part_of(project, edit.target)
    if not part.named:
        return argument_set(project, part.tree, part.call, part.site, edit)
    value = spelled(part.tree, part.node, f"{part.named}({edit.argument}={edit.value})")
    return [_instead(part.tree, part.node, value.code), *value.patches]


def _instead(tree: SourceTree, node: cst.CSTNode, code: str) -> Patch:
    return Patch(tree.file, tree.start(node), tree.end(node), code)


def argument_set(
    project: Project, tree: SourceTree, call: cst.Call, site: Site, edit: Edit, edits: Sequence[Edit] = ()
) -> list[Patch]:
    """Returns the patches that set an argument of a call: where its value is written, if that is for this call alone.

    Raises:
        NotPlacedError: the call makes other layers too, which are to stay as they are, or the command line gives it.
    """
    name, parameters = edit.argument, _positional(tree, call, site) or _BY_POSITION.get(edit.target, ())
    given = argument_of(call, name, parameters)
    place = None
    if given is not None:
        place = _written(project, site, tree, given.value)
    else:
        for spread in spreads(call):
            origin = Origins(project, site.spans).follow(Place(tree, spread.value))
            entry = entry_of(origin.node, name)
            if entry is not None and origin.alone:
                place = _written(project, site, origin.tree, entry.value, origin.level)
            elif entry is not None or not (isinstance(origin.node, cst.Dict) or is_dict_call(origin.node)):
                return _in_spread(tree, spread, edit)
    _check_alone(project, site, edit, edits, place.level if place is not None else 0)
    if place is None:
        if edit.value == site.values.get(name, "None"):
            return []
        value = spelled(tree, call, edit.value)
        return [appended(tree, call.args, tree.call_end(call) - 1, f"{name}={value.code}"), *value.patches]
    value = spelled(place.tree, place.node, edit.value)
    if _same(place.tree.text(place.node), value.code):
        return []
    return [_instead(place.tree, place.node, value.code), *value.patches]


def _positional(tree: SourceTree, call: cst.Call, site: Site) -> Sequence[str]:
    """Returns what a call takes by position; `functools.partial` has given the first of these already."""
    if isinstance(call.func, cst.Name) and call.func.value != site.kind:
        assignment = only_assignment(tree, call.func)
        made = None if assignment is None else assigned_value(tree, assignment)
        if isinstance(made, cst.Call) and called_name(made) == "partial":
            given = [argument for argument in made.args if argument.keyword is None]
            return site.parameters[len(given) - 1 :]
    return site.parameters


def _written(project: Project, site: Site, tree: SourceTree, node: cst.BaseExpression, level: int = 0) -> Place:
    """Returns where a value is written, where nothing else uses it; else the expression itself."""
    return Origins(project, site.spans).literal(tree, node) or Place(tree, node, level)


def _same(old: str, new: str) -> bool:
    """Returns whether two expressions are the same literal.

    >>> _same("1e-3", "0.001"), _same("'relu'", '"relu"'), _same("rate", "0.1"), _same("1", "True")
    (True, True, False, False)
    """
    import ast

    try:
        one, other = ast.literal_eval(old), ast.literal_eval(new)
    except (ValueError, SyntaxError, TypeError):
        return old == new
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _in_spread(tree: SourceTree, spread: cst.Arg, edit: Edit) -> list[Patch]:
    value = spelled(tree, spread, edit.value)
    code = f'{{**{tree.text(spread.value)}, "{edit.argument}": {value.code}}}'
    return [_instead(tree, spread.value, code), *value.patches]


def _check_alone(project: Project, site: Site, edit: Edit, edits: Sequence[Edit], level: int) -> None:
    if not edit.target.startswith("layer:"):
        return
    depth = level if level < len(site.spans) else 0
    changed = {other.target for other in edits if (other.argument, other.value) == (edit.argument, edit.value)}
    for target, other in project.program.layers().items():
        same = other.spans[: depth + 1] == site.spans[: depth + 1]
        if same and target != edit.target and target not in changed:
            raise NotPlacedError(f"the same line makes {target.partition(':')[2]} too, which is to stay as it is")


def _in_all_layers(project: Project, edit: Edit) -> list[Patch]:
    """Returns the patches for every layer that is given the argument in its own call."""
    patches = []
    for site in project.program.layers().values():
        try:
            tree, call = project.call(site.spans[0], site.kind)
        except NotPlacedError:
            continue
        if argument_of(call, edit.argument, site.parameters) is not None:
            patches += argument_set(project, tree, call, site, Edit(edit.kind, "", edit.argument, edit.value))
    if not patches:
        raise NotPlacedError(f"no layer is given `{edit.argument}` in so many words")
    return patches


def _in_metric(project: Project, edit: Edit, name: str) -> list[Patch]:
    tree, call = project.made("compile")
    given = argument_of(call, "metrics", COMPILE)
    place = None if given is None else list_with(project, tree, given, project.site("compile"))
    if place is None or not isinstance(place.node, cst.List | cst.Tuple):
        raise NotPlacedError("the list of metrics is not written in one place")
    metric = metric_element(place.tree, place.node.elements, name).value
    if not isinstance(metric, cst.Call):
        raise NotPlacedError(f"{name} is made by no call")
    return argument_set(project, place.tree, metric, Site(project.site("compile").spans), edit)


def append(project: Project, edit: Edit) -> list[Patch]:
    """Returns the patches that add to the list that is an argument of `fit` or `compile`.

    Raises:
        NotPlacedError: the call is not in the user's code.
    """
    if edit.target not in _BY_POSITION:
        raise NotPlacedError(f"there is no list that belongs to {edit.target}")
    tree, call = project.made(edit.target)
    site = project.site(edit.target)
    given = argument_of(call, edit.argument, _BY_POSITION[edit.target])
    if given is None and spreads(call):
        raise NotPlacedError(f"`{edit.argument}` may be among the arguments that `**` unpacks")
    if given is None:
        value = spelled(tree, call, edit.value)
        code = f"{edit.argument}=[{value.code}]"
        return [appended(tree, call.args, tree.call_end(call) - 1, code), *value.patches]
    place = list_with(project, tree, given, site)
    value = spelled(place.tree, place.node, edit.value)
    if isinstance(place.node, cst.List) and place.alone:
        if any(_same(place.tree.text(element), value.code) for element in place.node.elements):
            return []
        return [appended(place.tree, place.node.elements, place.tree.end(place.node) - 1, value.code), *value.patches]
    own = tree.text(given.value)
    code = f"[{value.code}]" if own == "None" else f"[*{own}, {value.code}]" if place.node is not None else ""
    return [_instead(tree, given.value, code), *value.patches]
