"""The arguments of a call as they are written."""

from collections.abc import Sequence

import libcst as cst

from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.source_tree import last_name


def argument_of(call: cst.Call, name: str, parameters: Sequence[str] = ()) -> cst.Arg | None:
    """Returns an argument that a call gives by name or by position; None where it gives none.

    Args:
        call: the call.
        name: str, of the parameter.
        parameters: tuple of str, what can be given by position, in order.

    Raises:
        NotPlacedError: it may be among those that `*` unpacks.

    >>> call = cst.parse_expression("SGD(0.1, momentum=0.9)")
    >>> argument_of(call, "learning_rate", ["learning_rate"]).value.value, argument_of(call, "nesterov")
    ('0.1', None)
    """
    for argument in call.args:
        if argument.keyword is not None and argument.keyword.value == name:
            return argument
    if name not in parameters:
        return None
    for index, argument in enumerate(call.args):
        if argument.star == "*":
            raise NotPlacedError(f"`{name}` may be among the arguments that `*` unpacks")
        if argument.keyword is not None or argument.star:
            return None
        if index == list(parameters).index(name):
            return argument
    return None


def spreads(call: cst.Call) -> list[cst.Arg]:
    """Returns the arguments that unpack a mapping, with `**`."""
    return [argument for argument in call.args if argument.star == "**"]


def entry_of(mapping: cst.BaseExpression, key: str) -> cst.DictElement | cst.Arg | None:
    """Returns the entry of a dict as it is written, in braces or as `dict(...)`; None where it has none.

    >>> entry_of(cst.parse_expression("{'a': 1}"), "a").value.value, entry_of(cst.parse_expression("dict(b=1)"), "a")
    ('1', None)
    """
    if isinstance(mapping, cst.Dict):
        for element in mapping.elements:
            if isinstance(element, cst.DictElement) and text_of(element.key) == key:
                return element
    if is_dict_call(mapping) and isinstance(mapping, cst.Call):
        return argument_of(mapping, key)
    return None


def is_dict_call(node: cst.CSTNode) -> bool:
    """Returns whether an expression is `dict(...)`."""
    return isinstance(node, cst.Call) and last_name(node.func) == "dict"


def text_of(node: cst.CSTNode | None) -> str | None:
    """Returns the text of a string as it is written; None where it is something else.

    >>> text_of(cst.parse_expression("'adam'"))
    'adam'
    """
    if isinstance(node, cst.SimpleString):
        value = node.evaluated_value
        return value if isinstance(value, str) else None
    return None


def is_literal(node: cst.CSTNode) -> bool:
    """Returns whether an expression is a number, a text, True, False or None, or a list or dict of such.

    >>> [is_literal(cst.parse_expression(code)) for code in ("-0.1", "(1, 'a')", "rate", "10 ** -3")]
    [True, True, False, True]
    """
    if isinstance(node, cst.Name):
        return node.value in ("True", "False", "None")
    if isinstance(node, cst.Tuple | cst.List):
        return all(is_literal(element.value) for element in node.elements)
    if isinstance(node, cst.Dict):
        return all(isinstance(e, cst.DictElement) and is_literal(e.key) and is_literal(e.value) for e in node.elements)
    if isinstance(node, cst.UnaryOperation):
        return is_literal(node.expression)
    if isinstance(node, cst.BinaryOperation):
        return is_literal(node.left) and is_literal(node.right)
    return isinstance(node, cst.BaseNumber | cst.SimpleString | cst.ConcatenatedString)
