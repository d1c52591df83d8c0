"""How a model has to end, last layer and loss: in words, and as edits."""

from typing import NamedTuple

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.rules._edits import quoted, width_argument
from keras_stable.diagnosis.rules.compile._case import Case
from keras_stable.diagnosis.vocabulary import CUSTOM


class Remedy(NamedTuple):
    """What to change, in words and as data."""

    text: str
    edits: tuple[Edit, ...] = ()


def ending(case: Case, units: int, activation: str = "", loss: str = "", *, lead: str = "End with") -> Remedy:
    """Returns the remedy that ends with a `Dense` layer and perhaps takes another loss.

    Args:
        case: the output.
        units: int, of the last layer.
        activation: str; "" for none.
        loss: str; "" keeps the loss.
        lead: str, the words before it.
    """
    layer = f'`Dense({units}, activation="{activation}")`' if activation else f"`Dense({units})` without an activation"
    text = f"{lead} {layer}" + (f' and take `loss="{loss}"`.' if loss else ".")
    return Remedy(text, ending_edits(case, units, activation, loss))


def ending_edits(case: Case, units: int, activation: str, loss: str = "") -> tuple[Edit, ...]:
    """Returns the edits of `ending`; nothing where one of them cannot be made."""
    width, last, loss_edits = _width(case, units), activation_edits(case, activation), loss_edit(case, loss)
    return () if width is None or last is None else (*last, *width, *loss_edits)


def _width(case: Case, units: int) -> tuple[Edit, ...] | None:
    if units == case.output.width:
        return ()
    argument, path = width_argument(case.learnt), case.output.learnt_layer
    return (Edit("set_argument", f"layer:{path}", argument, str(units)),) if argument and path else None


def activation_edits(case: Case, activation: str) -> tuple[Edit, ...] | None:
    """Returns the edits that make this the last activation, "" for none; None where no argument does that."""
    output, last = case.output, case.last
    if output.activation == (activation or "linear"):
        return ()
    if not output.layer:
        return None
    target = f"layer:{output.layer}"
    if last is not None and last.role == "activation" and last.kind != "Activation":
        cure = f"keras.layers.Activation({quoted(activation)})"
        return (Edit("replace", target, value=cure) if activation else Edit("remove", target),)
    if last is not None and last.role not in ("learnt", "activation"):
        return None
    return (Edit("set_argument", target, "activation", quoted(activation or "linear")),)


def loss_edit(case: Case, loss: str, from_logits: bool = False) -> tuple[Edit, ...]:
    """Returns the edit that takes a loss by its name, "" for the one that there is."""
    output = case.output
    if (not loss or loss == output.loss) and bool(output.from_logits) == from_logits:
        return ()
    loss = loss or output.loss
    if loss == CUSTOM:
        return ()
    value = f"keras.losses.{class_of(loss)}(from_logits=True)" if from_logits else quoted(loss)
    return (Edit("replace", f"loss:{output.name}" if case.several else "loss", value=value),)


def class_of(loss: str) -> str:
    """Returns the name of a loss's class.

    >>> class_of("sparse_categorical_crossentropy")
    'SparseCategoricalCrossentropy'
    """
    return "".join(word.capitalize() for word in loss.split("_"))
