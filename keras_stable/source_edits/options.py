"""Options of a command line as a script declares them: argparse, click and absl."""

from collections.abc import Sequence

import libcst as cst

from keras_stable.source_edits.call_arguments import argument_of, text_of
from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.source_tree import SourceTree, called_name

_PARSES = ("parse_args", "parse_known_args")


def is_parsed(tree: SourceTree, node: cst.CSTNode, trees: Sequence[SourceTree]) -> bool:
    """Returns whether an expression is what `parse_args` returns, or a function that calls it."""
    if not isinstance(node, cst.Call):
        return False
    name = called_name(node)
    if name in _PARSES or name == "":
        return name != ""
    functions = [n for other in trees for n in other if isinstance(n, cst.FunctionDef) and n.name.value == name]
    owners = [(other, call) for other in trees for call in other.calls() if called_name(call) in _PARSES]
    return any(function in set(other.ancestors(call)) for function in functions for other, call in owners)


def parsed_default(
    trees: Sequence[SourceTree], name: str, command_line: Sequence[str]
) -> tuple[SourceTree, cst.BaseExpression] | None:
    """Returns the default of the option that becomes an attribute of the parsed arguments; None where it has none.

    Raises:
        NotPlacedError: the command line gives another value.
    """
    options = [
        (tree, call)
        for tree in trees
        for call in tree.calls()
        if called_name(call) == "add_argument" and _dest(call) == name
    ]
    if len(options) != 1:
        return None
    tree, call = options[0]
    _check_command_line(call, command_line)
    default = argument_of(call, "default")
    return None if default is None else (tree, default.value)


def flag_default(trees: Sequence[SourceTree], name: str) -> tuple[SourceTree, cst.BaseExpression] | None:
    """Returns the default of an absl flag such as `flags.DEFINE_float("rate", 0.1, "...")`."""
    for tree in trees:
        for call in tree.calls():
            if called_name(call).startswith("DEFINE_") and call.args and text_of(call.args[0].value) == name:
                default = argument_of(call, "default", ("name", "default"))
                return None if default is None else (tree, default.value)
    return None


def option_default(function: cst.FunctionDef, name: str) -> cst.BaseExpression | None:
    """Returns the default that `@click.option` gives a parameter of a function; None where there is no such option."""
    for decorator in function.decorators:
        call = decorator.decorator
        if isinstance(call, cst.Call) and called_name(call) == "option" and _dest(call) == name:
            default = argument_of(call, "default")
            return None if default is None else default.value
    return None


def _flags(call: cst.Call) -> list[str]:
    texts = [text_of(argument.value) for argument in call.args if argument.keyword is None]
    return [text for text in texts if text]


def _dest(call: cst.Call) -> str:
    """Returns the name under which an option is found, as argparse and click make it of its flags."""
    dest = argument_of(call, "dest")
    if dest is not None:
        return text_of(dest.value) or ""
    flags = _flags(call)
    plain = [flag for flag in flags if not flag.startswith("-")]
    long = [flag for flag in flags if flag.startswith("--")]
    name = next(iter([*plain, *long, *flags]), "")
    return name.lstrip("-").replace("-", "_")


def _check_command_line(call: cst.Call, command_line: Sequence[str]) -> None:
    for flag in _flags(call):
        if not flag.startswith("-") or any(word == flag or word.startswith(f"{flag}=") for word in command_line):
            raise NotPlacedError(f"the command line gives it, by `{flag}`")
