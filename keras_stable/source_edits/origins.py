"""Where the value of an expression stands in the source: through variables, parameters, dicts, options and modules."""

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import Assignment, BaseAssignment, ImportAssignment

from keras_stable.source_edits.call_arguments import argument_of, entry_of, is_literal, spreads
from keras_stable.source_edits.objects import attribute_value
from keras_stable.source_edits.options import option_default
from keras_stable.source_edits.project import Project
from keras_stable.source_edits.sites import Span
from keras_stable.source_edits.source_tree import SourceTree, called_name, dotted
from keras_stable.source_edits.uses import (
    assigned_value,
    attribute_loads,
    got_key,
    is_target,
    key_loads,
    key_of,
    only_assignment,
    other_uses,
    tells,
    value_for,
)

_DEPTH = 12


@dataclass(frozen=True)
class Place:
    """An expression in a file.

    Attributes:
        tree: the file.
        node: the expression.
        level: int, how many calls outward it stands from where the search began.
        alone: bool, whether nothing else uses what was passed on the way here.
    """

    tree: SourceTree
    node: cst.BaseExpression
    level: int = 0
    alone: bool = True


class Origins:
    """Follows expressions to where their values stand.

    Args:
        project: the user's files.
        spans: tuple of `Span`, the calls that the search begins in, from within outward.
    """

    def __init__(self, project: Project, spans: Sequence[Span]) -> None:
        self._project, self._spans = project, spans

    def literal(self, tree: SourceTree, expression: cst.BaseExpression) -> Place | None:
        """Returns where the value of an expression is written down, if that is used for nothing else; else None."""
        place = self.follow(Place(tree, expression))
        return place if place.alone and is_literal(place.node) else None

    def follow(self, place: Place) -> Place:
        """Returns the expression that an expression comes from, as far as that is certain."""
        for _ in range(_DEPTH):
            further = self._step(place)
            if further is None:
                return place
            place = further
        return place

    def _step(self, place: Place) -> Place | None:
        node = place.node
        if isinstance(node, cst.Name):
            return self._of_name(place, node)
        if isinstance(node, cst.Attribute):
            return self._of_attribute(place, node)
        if isinstance(node, cst.Subscript) and (key := key_of(node)) is not None:
            return self._of_key(place, node.value, key)
        if isinstance(node, cst.Call) and (key := got_key(node)) is not None and isinstance(node.func, cst.Attribute):
            return self._of_key(place, node.func.value, key)
        return None

    def _of_name(self, place: Place, name: cst.Name) -> Place | None:
        assignment = only_assignment(place.tree, name)
        if isinstance(assignment, ImportAssignment):
            return self._of_import(place, assignment, name.value)
        if not isinstance(assignment, Assignment):
            return None
        alone = place.alone and not other_uses(place.tree, assignment, name)
        if isinstance(assignment.node, cst.Param):
            return self._of_parameter(place, assignment.node, alone)
        value = assigned_value(place.tree, assignment)
        return None if value is None else Place(place.tree, value, place.level, alone)

    def _of_parameter(self, place: Place, parameter: cst.Param, alone: bool) -> Place | None:
        tree = place.tree
        function = tree.block(parameter)
        if not isinstance(function, cst.FunctionDef):
            return None
        if (default := option_default(function, parameter.name.value)) is not None:
            return Place(tree, default, place.level, alone)
        owner = tree.block(function)
        name = owner.name.value if isinstance(owner, cst.ClassDef) and function.name.value == "__init__" else ""
        callers = self._project.calls_of(name or function.name.value)
        caller, level = self._caller(place.level, name or function.name.value), place.level + 1
        if caller is None:
            if len(callers) > 1:
                return None
            caller, level = next(iter(callers), None), len(self._spans)
        if parameter is function.params.star_kwarg:
            unpacked = [] if caller is None else spreads(caller[1])
            return Place(caller[0], unpacked[0].value, level, alone) if caller and len(unpacked) == 1 else None
        names = [known.name.value for known in (*function.params.posonly_params, *function.params.params)]
        if isinstance(owner, cst.ClassDef) and not any(
            dotted(d.decorator) == "staticmethod" for d in function.decorators
        ):
            names = names[1:]
        if caller is not None:
            argument = argument_of(caller[1], parameter.name.value, names)
            if argument is not None:
                return Place(caller[0], argument.value, level, alone)
            if len(callers) > 1 or spreads(caller[1]):
                return None
        return None if parameter.default is None else Place(tree, parameter.default, place.level, alone)

    def _caller(self, level: int, name: str) -> tuple[SourceTree, cst.Call] | None:
        for span in self._spans[level + 1 : level + 2]:
            tree, call = self._project.call(span, name)
            if called_name(call) == name:
                return tree, call
        return None

    def _of_import(self, place: Place, assignment: ImportAssignment, name: str) -> Place | None:
        node = assignment.node
        if not isinstance(node, cst.ImportFrom) or isinstance(node.names, cst.ImportStar):
            return None
        original = next((dotted(a.name) for a in node.names if (a.evaluated_alias or a.evaluated_name) == name), name)
        module = "." * len(node.relative) + (dotted(node.module) if node.module is not None else "")
        other = self._project.module(place.tree, module)
        alone = place.alone and not other_uses(place.tree, assignment, place.node)
        return None if other is None else self._of_module(other, original, Place(place.tree, place.node, 0, alone))

    def _of_module(self, tree: SourceTree, name: str, place: Place) -> Place | None:
        scope = tree.scope(tree.module)
        assignments: list[BaseAssignment] = list(scope[name]) if scope is not None else []
        value = assigned_value(tree, assignments[0]) if len(assignments) == 1 else None
        if value is None:
            return None
        return Place(tree, value, len(self._spans), place.alone and not other_uses(tree, assignments[0], place.node))

    def _of_attribute(self, place: Place, node: cst.Attribute) -> Place | None:
        tree, name = place.tree, node.attr.value
        alone = place.alone and self._used_once(list(_attributes(self._project, name)), node)
        if isinstance(node.value, cst.Name):
            if node.value.value == "self":
                return self._of_self(place, node, alone)
            assignment = only_assignment(tree, node.value)
            if isinstance(assignment, ImportAssignment) and isinstance(assignment.node, cst.Import):
                alias = next(
                    a for a in assignment.node.names if (a.evaluated_alias or a.evaluated_name) == node.value.value
                )
                other = self._project.module(tree, alias.evaluated_name)
                return None if other is None else self._of_module(other, name, Place(tree, node, 0, alone))
        base = self.follow(Place(tree, node.value, place.level))
        value = attribute_value(self._project, base.tree, base.node, name)
        return None if value is None else Place(value[0], value[1], len(self._spans), alone)

    def _of_self(self, place: Place, node: cst.Attribute, alone: bool) -> Place | None:
        tree, owner = place.tree, place.tree.enclosing_class(node)
        targets = [
            target
            for target in tree
            if isinstance(target, cst.Attribute)
            and dotted(target) == dotted(node)
            and is_target(tree, target)
            and tree.enclosing_class(target) is owner
        ]
        value = value_for(tree, targets[0]) if len(targets) == 1 else None
        return None if value is None else Place(tree, value, len(self._spans), alone)

    def _of_key(self, place: Place, mapping: cst.BaseExpression, key: str) -> Place | None:
        base = self.follow(Place(place.tree, mapping, place.level))
        entry = entry_of(base.node, key)
        stored = any(
            isinstance(node, cst.Subscript) and key_of(node) == key and is_target(tree, node)
            for tree in self._project.trees()
            for node in tree
        )
        if entry is None or stored:
            return None
        loads = [(tree, node) for tree in self._project.trees() for node in key_loads(tree, key)]
        return Place(base.tree, entry.value, base.level, place.alone and self._used_once(loads, place.node))

    @staticmethod
    def _used_once(loads: list[tuple[SourceTree, cst.CSTNode]], own: cst.CSTNode) -> bool:
        return all(node is own or tells(tree, node) for tree, node in loads)


def _attributes(project: Project, name: str) -> list[tuple[SourceTree, cst.CSTNode]]:
    return [(tree, node) for tree in project.trees() for node in attribute_loads(tree, name)]
