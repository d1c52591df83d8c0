"""Who else uses a name: a value that something else uses too is not changed where it is defined."""

from collections.abc import Iterator

import libcst as cst
from libcst.metadata import Assignment, BaseAssignment

from keras_stable.source_edits.call_arguments import text_of
from keras_stable.source_edits.source_tree import SourceTree, called_name

# What only tells of a value does not train with it.
_TELLING = frozenset({"print", "pprint", "format", "vars", "write", "dump", "dumps", "add_argument", "set_postfix"})
_TELLING |= {"debug", "info", "warning", "log", "log_param", "log_params", "log_artifact"}


def only_assignment(tree: SourceTree, name: cst.Name) -> BaseAssignment | None:
    """Returns the only place that gives a name its value; None where there are several, or none that can be seen."""
    scope = tree.scope(name)
    assignments = list(scope[name.value]) if scope is not None else []
    return assignments[0] if len(assignments) == 1 else None


def other_uses(tree: SourceTree, assignment: BaseAssignment, but: cst.CSTNode) -> list[cst.CSTNode]:
    """Returns the uses of a variable besides one, without those that only print it."""
    references = [access.node for access in assignment.references]
    return [node for node in references if node is not but and not tells(tree, node)]


def tells(tree: SourceTree, node: cst.CSTNode) -> bool:
    """Returns whether a use only prints or logs a value."""
    for outer in tree.ancestors(node):
        if isinstance(outer, cst.FormattedString) or (isinstance(outer, cst.Call) and called_name(outer) in _TELLING):
            return True
        if isinstance(outer, cst.BaseStatement):
            return False
    return False


def assigned_value(tree: SourceTree, assignment: BaseAssignment) -> cst.BaseExpression | None:
    """Returns the expression that a name is set to, also `a, b = 1, 2`; None where it is set in another way."""
    node = assignment.node if isinstance(assignment, Assignment) else None
    return None if node is None else value_for(tree, node)


def value_for(tree: SourceTree, target: cst.CSTNode) -> cst.BaseExpression | None:
    """Returns the expression that a target of an assignment is set to."""
    parent = tree.parent(target)
    if isinstance(parent, cst.AnnAssign) and parent.target is target:
        return parent.value
    statement = tree.parent(parent) if isinstance(parent, cst.AssignTarget) else None
    if isinstance(statement, cst.Assign):
        return statement.value if len(statement.targets) == 1 else None
    if not isinstance(parent, cst.Element):
        return None
    group = tree.parent(parent)
    values = value_for(tree, group) if isinstance(group, cst.Tuple | cst.List) else None
    if not isinstance(values, cst.Tuple | cst.List) or not isinstance(group, cst.Tuple | cst.List):
        return None
    elements = [*group.elements, *values.elements]
    if len(group.elements) != len(values.elements) or any(isinstance(e, cst.StarredElement) for e in elements):
        return None
    return values.elements[group.elements.index(parent)].value


def attribute_loads(tree: SourceTree, name: str) -> Iterator[cst.Attribute]:
    """Yields the places that read an attribute of this name, of whatever object."""
    for node in tree:
        if isinstance(node, cst.Attribute) and node.attr.value == name and not is_target(tree, node):
            yield node


def key_loads(tree: SourceTree, key: str) -> Iterator[cst.CSTNode]:
    """Yields the places that read a key: `config["key"]` and `config.get("key")`."""
    for node in tree:
        if isinstance(node, cst.Subscript) and key_of(node) == key and not is_target(tree, node):
            yield node
        if isinstance(node, cst.Call) and got_key(node) == key:
            yield node


def is_target(tree: SourceTree, node: cst.CSTNode) -> bool:
    """Returns whether a node is what an assignment sets."""
    parent = tree.parent(node)
    return isinstance(parent, cst.AssignTarget | cst.AugAssign | cst.AnnAssign) and parent.target is node


def key_of(node: cst.Subscript) -> str | None:
    """Returns the text between square brackets: "a" of `config["a"]`."""
    index = node.slice[0].slice if len(node.slice) == 1 else None
    return text_of(index.value) if isinstance(index, cst.Index) else None


def got_key(node: cst.Call) -> str | None:
    """Returns the key that `config.get("key")` asks for."""
    return text_of(node.args[0].value) if called_name(node) == "get" and node.args else None
