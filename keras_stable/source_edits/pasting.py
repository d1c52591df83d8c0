"""Edits as code that a person puts where it belongs."""

from keras_stable.diagnosis.edit import Edit


def code_to_paste(edit: Edit) -> str:
    """Returns a line of Python, or a line that says what is to be done.

    >>> code_to_paste(Edit("set_argument", "optimizer", "learning_rate", "0.001"))
    'learning_rate=0.001  # in the call that makes the optimizer'
    >>> code_to_paste(Edit("transform_data", "data", "x", "x / 255"))
    'x = x / 255  # before `fit`'
    >>> code_to_paste(Edit("remove", "layer:dropout"))
    '# remove the layer dropout'
    """
    owner = _words(edit.target)
    if edit.kind == "set_argument":
        called = f"the call of `{edit.target}`" if edit.target in ("fit", "compile") else f"the call that makes {owner}"
        return f"{edit.argument}={edit.value}  # in {called}"
    if edit.kind == "set_attribute":
        return f"{_variable(edit.target)}.{edit.argument} = {edit.value}  # before `compile`"
    if edit.kind == "call":
        return f"{_variable(edit.target)}.{edit.argument}({edit.value})  # before `fit`"
    if edit.kind == "append":
        return f"{edit.argument}=[..., {edit.value}]  # in the call of `{edit.target}`"
    if edit.kind == "insert_layer":
        return f"{edit.value}  # before {'the first layer' if edit.target == 'model' else owner}"
    if edit.kind == "replace":
        return f"{edit.value}  # in the place of {owner}"
    if edit.kind == "remove":
        return f"# remove {owner}"
    return f"{_data(edit)} = {edit.value}  # before `fit`"


def _words(target: str) -> str:
    """Returns what a target is, in words.

    >>> _words("layer:net/dense"), _words("loss:age"), _words("optimizer"), _words("layer:*")
    ('the layer net/dense', 'the loss of age', 'the optimizer', 'every layer that has it')
    """
    kind, _, name = target.partition(":")
    if target == "layer:*":
        return "every layer that has it"
    if kind == "loss" and name:
        return f"the loss of {name}"
    return f"the {kind} {name}".rstrip()


def _variable(target: str) -> str:
    kind, _, name = target.partition(":")
    return "".join(["model", *(f'.get_layer("{word}")' for word in name.split("/"))]) if kind == "layer" else kind


def _data(edit: Edit) -> str:
    name = edit.target.partition(":")[2]
    return f'{edit.argument}["{name}"]' if name else edit.argument
