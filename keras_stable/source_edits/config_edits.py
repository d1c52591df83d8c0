"""Edits of a program that a config describes, made in its YAML; comments and other lines stay."""

from collections.abc import Sequence

import libcst as cst
import yaml

from keras_stable.diagnosis.edit import Edit
from keras_stable.source_edits.call_arguments import is_literal
from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.source_tree import called_name, dotted

_FIT = ("epochs", "batch_size", "class_weight")
_OPTIMIZER = ("learning_rate", "weight_decay", "clipvalue", "global_clipnorm", "clipnorm", "momentum", "use_ema")
_NAMES = {"AdamW": "adamw", "Adam": "adam", "SGD": "sgd", "Lion": "lion"}
_LAYERS = {"Normalization": "input_normalization", "LayerNormalization": "layer_normalization"}


def config_values(edit: Edit) -> dict[tuple[str, str], str]:
    """Returns the values of a config that an edit changes, by section and key.

    Raises:
        NotPlacedError: a config has no key for it.

    >>> config_values(Edit("set_argument", "optimizer", "learning_rate", "0.001"))
    {('optimizer', 'learning_rate'): '0.001'}
    """
    value = cst.parse_expression(edit.value) if edit.value else None
    if edit.kind == "set_argument" and value is not None and is_literal(value):
        for section, keys in (("fit", _FIT), ("optimizer", _OPTIMIZER)):
            if edit.target == section and edit.argument in keys:
                return {(section, edit.argument): _yaml(edit.value)}
    if edit.kind == "replace" and edit.target == "optimizer" and isinstance(value, cst.Call):
        named = {argument.keyword.value: argument.value for argument in value.args if argument.keyword is not None}
        if dotted(value.func).startswith("keras_stable.optimizers.") and len(named) == len(value.args):
            module = cst.Module([])
            values = {("optimizer", "name"): _NAMES.get(called_name(value), "adamw")}
            return values | {("optimizer", key): _yaml(module.code_for_node(node)) for key, node in named.items()}
    if edit.kind == "insert_layer" and isinstance(value, cst.Call) and called_name(value) in _LAYERS:
        first = edit.target == "model"
        if first == (called_name(value) == "Normalization"):
            return {("model", _LAYERS[called_name(value)]): "true"}
    raise NotPlacedError("a config has no key for it")


def _yaml(code: str) -> str:
    """Returns a Python literal as YAML.

    >>> _yaml("None"), _yaml("True"), _yaml("{0: 0.5}"), _yaml("1e-05")
    ('null', 'true', '{0: 0.5}', '0.00001')
    """
    import ast

    value = ast.literal_eval(code)
    if isinstance(value, float):
        return f"{value:.10f}".rstrip("0") if 1e-9 < abs(value) < 1e-4 else repr(value)
    return yaml.safe_dump(value, default_flow_style=True).replace("...", "").strip()


def edited_config(text: str, edits: Sequence[Edit]) -> str:
    """Returns a config with edits made in it.

    Args:
        text: str, the YAML.
        edits: those that are made together.

    Raises:
        NotPlacedError: a config has no key for one of them.

    >>> print(edited_config("optimizer:\\n  name: sgd  # plain\\n", [Edit("set_argument", "fit", "epochs", "9")]))
    optimizer:
      name: sgd  # plain
    fit:
      epochs: 9
    """
    for edit in edits:
        for (section, key), value in config_values(edit).items():
            text = _with_value(text, section, key, value)
    return text


def _with_value(text: str, section: str, key: str, value: str) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    entries = {} if root is None else {name.value: node for name, node in root.value}
    if section not in entries:
        before = "" if not text or text.endswith("\n") else newline
        return f"{text}{before}{section}:{newline}  {key}: {value}{newline}"
    mapping = entries[section]
    if not isinstance(mapping, yaml.MappingNode):
        raise NotPlacedError(f"the section {section} is empty")
    for name, node in mapping.value:
        if name.value == key:
            start, end = node.start_mark.index, node.end_mark.index
            if not isinstance(node, yaml.ScalarNode) and not node.flow_style:
                raise NotPlacedError(f"{section}.{key} has lines of its own")
            return text if text[start:end] == value else text[:start] + value + text[end:]
    last_name, last = mapping.value[-1]
    if mapping.flow_style:
        return f"{text[: last.end_mark.index]}, {key}: {value}{text[last.end_mark.index :]}"
    indentation = " " * last_name.start_mark.column
    # A block ends at the start of what follows; its last line is the last that has something of it.
    end = len(text[: last.end_mark.index].rstrip())
    line_end = text.find("\n", end) + 1 or len(text)
    before = "" if text[:line_end].endswith("\n") else newline
    return f"{text[:line_end]}{before}{indentation}{key}: {value}{newline}{text[line_end:]}"
