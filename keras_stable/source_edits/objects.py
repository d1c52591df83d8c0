"""Attributes of objects as a source writes them: parsed options, classes of settings, dataclasses, namespaces."""

import libcst as cst

from keras_stable.source_edits.call_arguments import argument_of
from keras_stable.source_edits.options import flag_default, is_parsed, parsed_default
from keras_stable.source_edits.project import Project
from keras_stable.source_edits.source_tree import SourceTree, called_name, last_name
from keras_stable.source_edits.uses import is_target

Value = tuple[SourceTree, cst.BaseExpression]


def attribute_value(project: Project, tree: SourceTree, owner: cst.BaseExpression, name: str) -> Value | None:
    """Returns the expression that an attribute has its value from; None where that is not certain.

    Args:
        project: the user's files.
        tree: the file of the owner.
        owner: the expression whose attribute it is.
        name: str, of the attribute.

    Raises:
        NotPlacedError: the command line gives the value.
    """
    trees = list(project.trees())
    for other in trees:
        for node in other:
            if isinstance(node, cst.Attribute) and node.attr.value == name and is_target(other, node):
                return None
    if is_parsed(tree, owner, trees):
        return parsed_default(trees, name, project.program.arguments)
    if last_name(owner) == "FLAGS":
        return flag_default(trees, name)
    if isinstance(owner, cst.Call):
        argument = argument_of(owner, name)
        if argument is not None:
            return tree, argument.value
    class_name = called_name(owner) if isinstance(owner, cst.Call) else last_name(owner)
    return _of_class(trees, class_name, name)


def _of_class(trees: list[SourceTree], class_name: str, name: str) -> Value | None:
    classes = [
        (t, node) for t in trees for node in t if isinstance(node, cst.ClassDef) and node.name.value == class_name
    ]
    if len(classes) != 1 or not isinstance(classes[0][1].body, cst.IndentedBlock):
        return None
    tree, owner = classes[0]
    for statement in owner.body.body:
        for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.AnnAssign) and last_name(small.target) == name and small.value is not None:
                return tree, small.value
            if isinstance(small, cst.Assign) and [last_name(t.target) for t in small.targets] == [name]:
                return tree, small.value
    return None
