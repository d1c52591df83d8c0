"""Layers that learn from data before training: `Normalization` and its like, and where `adapt` is called."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import libcst as cst

from keras_stable.diagnosis.edit import Edit
from keras_stable.source_edits.call_arguments import argument_of
from keras_stable.source_edits.data_edits import given_data
from keras_stable.source_edits.items import taken_out
from keras_stable.source_edits.layer_places import LayerPlace
from keras_stable.source_edits.naming import Spelled, spelled
from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.origins import Place
from keras_stable.source_edits.project import Project
from keras_stable.source_edits.returned import returned_parts
from keras_stable.source_edits.source_tree import Patch, SourceTree, called_name, dotted
from keras_stable.source_edits.statements import fresh_name, lines_before

_ADAPT = frozenset({"Normalization", "FeatureNormalization", "TextVectorization", "StringLookup", "IntegerLookup"})
_ADAPTED = ("mean", "variance", "vocabulary")


@dataclass(frozen=True)
class AdaptedLayer:
    """A layer as it is put among the others.

    Attributes:
        code: `Spelled`, the expression for it.
        patches: list of `Patch`, what makes and adapts it.
    """

    code: Spelled
    patches: list[Patch] = field(default_factory=list)


def adapted_layer(project: Project, place: LayerPlace, edit: Edit, edits: Sequence[Edit]) -> AdaptedLayer | None:
    """Returns a new layer that is adapted to the inputs; None where it needs no adapting.

    It is adapted before the model where the data are there already, and else right before `fit`.

    Raises:
        NotPlacedError: what it has to be adapted to is not at hand as arrays or a dataset.
    """
    value = cst.parse_expression(edit.value)
    if not isinstance(value, cst.Call) or called_name(value) not in _ADAPT:
        return None
    if any(argument_of(value, name) is not None for name in _ADAPTED):
        return None
    target = edit.target.partition(":")[2]
    if edit.target != "model" and edit.target not in project.program.first and not edit.target.startswith("input:"):
        raise NotPlacedError("it has to be adapted to what enters it, which is no input of the model")
    x, tree = given_data(project, "x"), place.tree
    if x is None:
        raise NotPlacedError("`fit` is not given `x` in so many words")
    data = adapted_to(project, x, target if edit.target.startswith("input:") else "")
    changed = any(other.kind == "transform_data" and other.argument == "x" for other in edits)
    spelling = spelled(tree, place.made, edit.value)
    kept = dotted(place.kept) if place.kept is not None and place.how == "applied" else ""
    if kept.startswith("self."):
        own = fresh_name(tree, f"before_{kept.partition('.')[2]}")
        return AdaptedLayer(spelling, _before_fit(project, f"{_owner_of(project, edit)}.{own}.adapt({data})"))
    if not changed and _is_there(tree, x, place):
        name = fresh_name(tree, called_name(value).lower())
        shape = place.shape_argument if place.how != "applied" else None
        code = _with(spelling.code, tree.text(shape)) if shape is not None else spelling.code
        line = lines_before(tree, place.node, [f"{name} = {code}", f"{name}.adapt({data})"])
        moved = [] if shape is None else _without(place, shape)
        return AdaptedLayer(Spelled(name, spelling.patches), [*([line] if line else []), *moved])
    name = fresh_name(tree, f"{called_name(value).lower()}_of_inputs")
    call = f'{_owner_of(project, edit)}.get_layer("{name}").adapt({data})'
    return AdaptedLayer(Spelled(_with(spelling.code, f'name="{name}"'), spelling.patches), _before_fit(project, call))


def _owner_of(project: Project, edit: Edit) -> str:
    """Returns the expression for the model that a layer comes into, where the whole model is trained."""
    target = project.program.first[0] if edit.target == "model" and project.program.first else edit.target
    within = target.partition(":")[2].split("/")[:-1] if target.startswith("layer:") else []
    return "".join([_model(project), *(f'.get_layer("{word}")' for word in within)])


def _with(code: str, argument: str) -> str:
    inner = code[:-1]
    return f"{inner}{'' if inner.endswith('(') else ', '}{argument})"


def _without(place: LayerPlace, shape: cst.Arg) -> list[Patch]:
    return [taken_out(place.tree, place.made.args, shape)]


def adapted_to(project: Project, x: Place, name: str = "") -> str:
    """Returns the expression for the inputs that a layer is adapted to.

    Raises:
        NotPlacedError: they come from a generator, or what makes them would be called twice.
    """
    text, program = x.tree.text(x.node), project.program
    if not isinstance(x.node, cst.Name | cst.Attribute | cst.Subscript | cst.Dict | cst.List):
        raise NotPlacedError("the inputs have no name to adapt a layer to")
    if program.data == "dataset":
        if name and program.forms.get("x"):
            return f'{text}.map(lambda x, *_: x["{name}"])'
        return f"{text}.map(lambda x, *_: x)"
    if program.data != "arrays":
        raise NotPlacedError("the inputs come from a generator, to which no layer can be adapted")
    if not name or not program.forms.get("x"):
        return text
    return f'{text}["{name}"]' if program.forms["x"] == "dict" else f"{text}[{program.inputs.index(name)}]"


def _model(project: Project) -> str:
    tree, call = project.made("fit")
    if parts := returned_parts(tree, call):
        return tree.text(parts[0])
    if not isinstance(call.func, cst.Attribute):
        raise NotPlacedError("the model has no name where it is trained")
    return tree.text(call.func.value)


def _before_fit(project: Project, line: str) -> list[Patch]:
    tree, call = project.made("fit")
    patch = lines_before(tree, call, [line])
    return [] if patch is None else [patch]


def _is_there(tree: SourceTree, x: Place, place: LayerPlace) -> bool:
    """Returns whether the inputs have their name and value already where the model is made."""
    scope = tree.scope(place.made)
    if x.tree is not tree or not isinstance(x.node, cst.Name) or scope is None or tree.scope(x.node) is not scope:
        return False
    statement = tree.statement(place.node)
    assignments = [a for a in scope[x.node.value] if a.scope is scope]
    nodes = [getattr(assignment, "node", None) for assignment in assignments]
    if statement is None or tree.indentation(tree.start(statement)) is None or not nodes:
        return False
    return all(node is not None and tree.start(node) < tree.start(statement) for node in nodes)


def layer_call(project: Project, edit: Edit) -> list[Patch]:
    """Returns the patches for a method that is called before training, such as `adapt` of a layer.

    Raises:
        NotPlacedError: what it is called with is not at hand.
    """
    name = edit.target.partition(":")[2]
    value = edit.value
    if edit.argument == "adapt" or value == "x":
        if edit.target not in project.program.first and not edit.target.startswith("input:"):
            raise NotPlacedError("it has to be adapted to what enters it, which is no input of the model")
        x = given_data(project, "x")
        if x is None:
            raise NotPlacedError("`fit` is not given `x` in so many words")
        value = adapted_to(project, x)
    owner = _owner(project, edit.target, name)
    return _before_fit(project, f"{owner}.{edit.argument}({value})")


def _owner(project: Project, target: str, name: str) -> str:
    """Returns the expression for the model or for one of its layers where it is trained."""
    model = _model(project)
    if target == "model":
        return model
    tree, made = project.made(target)
    fit_tree, fit = project.made("fit")
    statement = tree.parent(made)
    if isinstance(statement, cst.Assign) and len(statement.targets) == 1:
        kept = statement.targets[0].target
        if isinstance(kept, cst.Attribute) and dotted(kept).startswith("self."):
            return f"{model}.{dotted(kept).partition('.')[2]}"
        if isinstance(kept, cst.Name) and tree is fit_tree and tree.scope(made) is tree.scope(fit):
            return kept.value
    return "".join([model, *(f'.get_layer("{word}")' for word in name.split("/"))])


def set_attribute(project: Project, edit: Edit) -> list[Patch]:
    """Returns the patches that set an attribute of the model or of a layer before `compile`.

    Raises:
        NotPlacedError: there is no line before which that can be done.
    """
    tree, call = project.made("compile")
    if not isinstance(call.func, cst.Attribute):
        raise NotPlacedError("the model has no name where it is compiled")
    model = tree.text(call.func.value)
    name = edit.target.partition(":")[2]
    owner = model if edit.target == "model" else "".join([model, *(f'.get_layer("{w}")' for w in name.split("/"))])
    value = spelled(tree, call, edit.value)
    for node in tree:
        # Where it is set already, it is set to another value.
        if isinstance(node, cst.Assign) and [tree.text(t.target) for t in node.targets] == [f"{owner}.{edit.argument}"]:
            return [Patch(tree.file, tree.start(node.value), tree.end(node.value), value.code), *value.patches]
    line = lines_before(tree, call, [f"{owner}.{edit.argument} = {value.code}"])
    return [*([line] if line else []), *value.patches]
