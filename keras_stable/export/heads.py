"""What each output of a model is, logits, probabilities or plain values, and what a server gives of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import keras
import tensorflow as tf

from keras_stable.errors import invalid_argument
from keras_stable.keras_private import wrapped_function

Kind = Literal["logits", "probabilities", "binary logits", "binary probabilities", "values"]

# Operations that hand on what they get, so that the activation is looked for in front of them.
_HANDED_ON = ("Identity", "Cast", "Reshape", "StopGradient", "PlaceholderWithDefault")
# The last layer of `keras_stable.models.classifier`.
_READOUT = "readout"
_CATEGORICAL = ("categoricalcrossentropy", "sparsecrossentropy", "categoricalfocalcrossentropy")


@dataclass(frozen=True)
class Head:
    """One output of a model.

    Attributes:
        name: its name.
        kind: "logits" or "probabilities" of classes along the last axis; "binary ..." of yes or no for each value of
            the last axis; or "values".
        raw: bool; whether the values are served under the name of the output too.
        prefix: what the served names begin with, where a model has several outputs.
    """

    name: str
    kind: Kind = "values"
    raw: bool = False
    prefix: str = ""


def named_answers(model: keras.Model, answer: Any) -> dict[str, Any]:
    """Returns the tensors of an answer by name: keys of dictionaries, else the names of the output layers.

    >>> inputs = keras.Input((3,))
    >>> model = keras.Model(inputs, keras.layers.Dense(2, name="speed")(inputs))
    >>> list(named_answers(model, model(tf.zeros((1, 3)))))
    ['speed']
    """
    layers = list(getattr(model, "output_names", None) or ())
    named: dict[str, Any] = {}

    def visit(part: Any, path: tuple[str, ...]) -> None:
        if isinstance(part, Mapping):
            for key, value in part.items():
                visit(value, (*path, str(key)))
        elif isinstance(part, list | tuple):
            own = layers if len(layers) == len(part) and not path else [f"output_{index}" for index in range(len(part))]
            for name, value in zip(own, part, strict=True):
                visit(value, (*path, name))
        elif part is not None:
            name = "_".join(path) or (layers[0] if len(layers) == 1 else "outputs")
            named[_unused(re.sub(r"[^A-Za-z0-9_]", "_", name), named)] = part

    visit(answer, ())
    return named


def find_heads(model: keras.Model, answers: Mapping[str, Any], task: str, classes: int | None) -> dict[str, Head]:
    """Returns what each output is.

    A softmax or a sigmoid in front of an output decides, else the loss of `compile`. An output of at least two columns
    with neither is taken for logits, and served under its own name too: it may be anything.

    Args:
        model: the model.
        answers: its symbolic answers by name, of a graph that is being traced.
        task: "auto", "classes" (an output that nothing decides about is logits) or "values" (of no classes).
        classes: how many names of classes there are; None without.
    """
    several = len(answers) > 1
    heads = {}
    for index, (name, answer) in enumerate(answers.items()):
        head = Head(name, prefix=f"{name}_" if several else "")
        heads[name] = replace(head, kind="values") if task == "values" else _head(head, model, answer, index, task)
        if heads[name].kind in ("logits", "probabilities") and classes not in (None, answer.shape[-1]) and not several:
            must_be = f"one name for each of the {answer.shape[-1]} classes"
            raise invalid_argument("class_names", must_be, f"{classes} names")
    return heads


def _head(head: Head, model: keras.Model, answer: Any, index: int, task: str) -> Head:
    if not answer.dtype.is_floating or answer.shape.rank is None or answer.shape.rank < 2:
        return head
    columns, activation = answer.shape[-1], activation_of(answer)
    loss, from_logits = _loss(model, head.name, index)
    form: Literal["logits", "probabilities"] = "logits" if from_logits else "probabilities"
    if activation is not None and activation.type == "Softmax":
        return replace(head, kind="probabilities")
    if activation is not None and activation.type == "LogSoftmax":
        return replace(head, kind="logits")
    if activation is not None and columns and (columns == 1 or loss not in _CATEGORICAL):
        return replace(head, kind="binary probabilities")
    if loss in _CATEGORICAL:
        return replace(head, kind=form)
    if loss.startswith("binary"):
        return replace(head, kind="binary logits" if from_logits else "binary probabilities")
    if task == "classes" or head.name == _READOUT:
        return replace(head, kind="logits")
    undecided = not loss and not head.prefix and answer.shape.rank == 2 and (columns or 0) >= 2
    return replace(head, kind="logits", raw=True) if undecided else head


def activation_of(answer: Any) -> Any | None:
    """Returns the softmax, log-softmax or sigmoid operation that a symbolic answer comes from, or None."""
    operation = answer.op
    while operation.type in _HANDED_ON and len(operation.inputs):
        operation = operation.inputs[0].op
    return operation if operation.type in ("Softmax", "LogSoftmax", "Sigmoid") else None


def _loss(model: keras.Model, name: str, index: int) -> tuple[str, bool]:
    """Returns the plain name of the loss of an output, such as `categoricalcrossentropy`, and if it takes logits."""
    loss = getattr(model, "loss", None)
    if isinstance(loss, Mapping):
        loss = loss.get(name)
    elif isinstance(loss, list | tuple):
        loss = loss[index] if index < len(loss) else None
    if loss is None:
        return "", False
    if isinstance(loss, str):
        return _plain(loss), False
    function, fixed = wrapped_function(loss)
    named = type(loss).__name__ if isinstance(loss, keras.losses.Loss) else getattr(loss, "__name__", "custom")
    if type(loss).__name__ == "LossFunctionWrapper":
        named = getattr(function, "__name__", named)
    return _plain(named), bool(getattr(loss, "from_logits", fixed.get("from_logits", False)))


def _plain(name: str) -> str:
    return name.lower().replace("_", "").removeprefix("sparse" if "categorical" in name.lower() else "-")


def served_answers(head: Head, answer: Any, class_names: tuple[str, ...] | None, logits: Any = None) -> dict[str, Any]:
    """Returns what a server gives of one output, by served name.

    | kind | names |
    | --- | --- |
    | logits | `probabilities` float32, `class_ids` int64 [batch, ...], `logits`, and `class_names` if they are known |
    | probabilities | the same; `logits` where the softmax is found |
    | binary | `probabilities` and `logits` as the model gives them, `class_ids` where there is one column |
    | values | the name of the output; float16 and bfloat16 as float32 |

    Args:
        head: what the output is.
        answer: its tensor.
        class_names: in the order of the class ids. Default: none.
        logits: what went into the softmax or sigmoid. Default: unknown.
    """
    answer = tf.convert_to_tensor(answer)
    values = tf.cast(answer, tf.float32) if answer.dtype in (tf.float16, tf.bfloat16) else answer
    served: dict[str, Any] = {}
    if head.kind == "values":
        return {head.name: tf.identity(values)}
    if head.kind.endswith("logits"):
        logits = answer
        values = tf.cast(answer, tf.float32)
        probabilities = tf.nn.sigmoid(values) if head.kind.startswith("binary") else tf.nn.softmax(values)
    else:
        probabilities = tf.cast(answer, tf.float32)
    served["probabilities"] = probabilities
    if not head.kind.startswith("binary"):
        served["class_ids"] = tf.argmax(probabilities if logits is None else logits, axis=-1)
    elif answer.shape[-1] == 1:
        served["class_ids"] = tf.cast(probabilities[..., 0] > 0.5, tf.int64)
    if class_names is not None and "class_ids" in served and not head.prefix:
        served["class_names"] = tf.gather(tf.constant(class_names), served["class_ids"])
    if logits is not None:
        served["logits"] = tf.cast(logits, tf.float32)
    named = {f"{head.prefix}{name}": tensor for name, tensor in served.items()}
    # An output may itself be called `probabilities`; several outputs keep their own names.
    if (head.raw or head.prefix) and head.name not in named:
        named[head.name] = tf.identity(values)
    return named


def _unused(name: str, taken: Mapping[str, Any]) -> str:
    while name in taken:
        name += "_"
    return name
