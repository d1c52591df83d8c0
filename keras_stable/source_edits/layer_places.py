"""How a layer stands in the source: as an element of a list, added, applied to a tensor, or kept under a name."""

from dataclasses import dataclass
from typing import Literal

import libcst as cst

from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.source_tree import SourceTree, called_name, dotted
from keras_stable.source_edits.uses import is_target, only_assignment

_SHAPES = ("input_shape", "input_dim", "batch_input_shape")


@dataclass(frozen=True)
class LayerPlace:
    """Where a layer takes its place among the others.

    Attributes:
        tree: the file.
        made: the call that makes it.
        how: "element" of a list; "added" by a statement `model.add(...)`; "applied", called with a tensor.
        node: the element, the statement, or the call with the tensor.
        kept: the name or attribute that it is kept under in between; None where it is used as it is made.
    """

    tree: SourceTree
    made: cst.Call
    how: Literal["element", "added", "applied"]
    node: cst.CSTNode
    kept: cst.BaseExpression | None = None

    @property
    def application(self) -> cst.Call:
        """Returns the call that applies it to a tensor."""
        assert isinstance(self.node, cst.Call)
        return self.node

    @property
    def shape_argument(self) -> cst.Arg | None:
        """Returns the argument that tells the shape of the inputs, which the first layer of a model can have."""
        named = (argument for argument in self.made.args if argument.keyword is not None)
        return next((argument for argument in named if argument.keyword.value in _SHAPES), None)  # type: ignore[union-attr]


def layer_place(tree: SourceTree, made: cst.Call) -> LayerPlace:
    """Returns how a layer stands in the source.

    Raises:
        NotPlacedError: it is used in several places, or in another way.
    """
    usage = _usage(tree, made)
    if usage is not None:
        return LayerPlace(tree, made, *usage)
    target = _target(tree, made)
    if isinstance(target, cst.Name):
        uses = _uses_of_name(tree, target)
    elif isinstance(target, cst.Attribute):
        uses = [
            node
            for node in tree
            if isinstance(node, cst.Attribute)
            and dotted(node) == dotted(target)
            and not is_target(tree, node)
            and tree.enclosing_class(node) is tree.enclosing_class(target)
        ]
    else:
        raise NotPlacedError("how the layer is used does not show where it is made")
    usages = [usage for use in uses if (usage := _usage(tree, use)) is not None]
    if len(usages) != 1:
        raise NotPlacedError(f"the layer is used {len(usages)} times under the name `{tree.text(target)}`")
    return LayerPlace(tree, made, *usages[0], target)


def _usage(tree: SourceTree, node: cst.CSTNode) -> tuple[Literal["element", "added", "applied"], cst.CSTNode] | None:
    parent = tree.parent(node)
    if isinstance(parent, cst.Call) and parent.func is node:
        return "applied", parent
    if isinstance(parent, cst.Element) and _in_model(tree, parent):
        return "element", parent
    outer = tree.parent(parent) if isinstance(parent, cst.Arg) else None
    if isinstance(outer, cst.Call) and called_name(outer) in ("add", "append") and len(outer.args) == 1:
        expression = tree.parent(outer)
        statement = tree.parent(expression) if isinstance(expression, cst.Expr) else None
        if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
            return "added", statement
    return None


def _in_model(tree: SourceTree, element: cst.Element) -> bool:
    """Returns whether an element belongs to a list of layers, and not to what a layer is called with."""
    group = tree.parent(element)
    argument = tree.parent(group) if group is not None else None
    call = tree.parent(argument) if isinstance(argument, cst.Arg) else None
    if isinstance(call, cst.Call):
        return not isinstance(call.func, cst.Call)
    return isinstance(group, cst.List)


def _target(tree: SourceTree, made: cst.Call) -> cst.BaseExpression | None:
    statement = tree.parent(made)
    if isinstance(statement, cst.Assign) and len(statement.targets) == 1:
        return statement.targets[0].target
    return statement.target if isinstance(statement, cst.AnnAssign) else None


def _uses_of_name(tree: SourceTree, target: cst.Name) -> list[cst.CSTNode]:
    assignment = only_assignment(tree, target)
    if assignment is None:
        raise NotPlacedError(f"`{target.value}` is set in several places")
    return [access.node for access in assignment.references]


def items_around(tree: SourceTree, item: cst.CSTNode) -> list[cst.CSTNode]:
    """Returns the elements, arguments or entries between the same brackets as one of them."""
    outer = tree.parent(item)
    if isinstance(outer, cst.List | cst.Tuple | cst.Set | cst.Dict):
        return list(outer.elements)
    assert isinstance(outer, cst.Call)
    return list(outer.args)


def other_names(tree: SourceTree, place: LayerPlace) -> list[cst.CSTNode]:
    """Returns the statements that set the name that a layer is kept under."""
    statement = tree.statement(place.made)
    return [] if place.kept is None or statement is None else [statement]
