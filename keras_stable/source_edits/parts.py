"""The expressions that give `compile` and `fit` their parts: optimizer, losses, metrics and callbacks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from keras_stable.source_edits.call_arguments import argument_of, entry_of, spreads, text_of
from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.origins import Origins, Place
from keras_stable.source_edits.project import Project
from keras_stable.source_edits.sites import Site
from keras_stable.source_edits.source_tree import SourceTree, called_name, last_name

COMPILE: tuple[str, ...] = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")
FIT: tuple[str, ...] = ("x", "y", "batch_size", "epochs", "verbose", "callbacks", "validation_split")
FIT += ("validation_data", "shuffle", "class_weight", "sample_weight", "initial_epoch", "steps_per_epoch")

_CLASSES = {
    "sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam", "adamw": "AdamW", "adadelta": "Adadelta", "adagrad": "Adagrad",
    "adamax": "Adamax", "nadam": "Nadam", "ftrl": "Ftrl", "lion": "Lion", "adafactor": "Adafactor", "lamb": "Lamb",
}  # fmt: skip
_LOSSES = {
    "mse": "MeanSquaredError", "mae": "MeanAbsoluteError", "mape": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError", "bce": "BinaryCrossentropy", "kld": "KLDivergence",
    "kl_divergence": "KLDivergence", "logcosh": "LogCosh", "ctc": "CTC",
}  # fmt: skip
_LOSS_FUNCTIONS = frozenset(
    [f"{kind}_crossentropy" for kind in ("binary", "categorical", "sparse_categorical")]
    + [f"{kind}_focal_crossentropy" for kind in ("binary", "categorical")]
    + [f"mean_{kind}_error" for kind in ("squared", "absolute", "absolute_percentage", "squared_logarithmic")]
    + ["huber", "hinge", "squared_hinge", "categorical_hinge", "log_cosh", "poisson", "cosine_similarity", "dice"]
)


@dataclass(frozen=True)
class Part:
    """An expression that makes a part of the program.

    Attributes:
        tree: the file.
        node: the expression: the call of a class, or a name that Keras makes a class of.
        site: `Site` of the class, or of what was given the name.
        named: str, the class that a name or function of Keras stands for; "" where the expression makes it itself.
    """

    tree: SourceTree
    node: cst.BaseExpression
    site: Site
    named: str = ""

    @property
    def call(self) -> cst.Call:
        """Returns the call that makes it.

        Raises:
            NotPlacedError: it is made by no call.
        """
        if not isinstance(self.node, cst.Call):
            raise NotPlacedError(f"what makes it is no call: `{self.tree.text(self.node)}`")
        return self.node


def part_of(project: Project, target: str) -> Part:
    """Returns the expression for the target of an edit.

    Raises:
        NotPlacedError: it is not certain which one.
    """
    owner, _, name = target.partition(":")
    if owner == "optimizer":
        return _given_to_compile(project, target, "optimizer", "keras.optimizers")
    if owner == "loss":
        return _given_to_compile(project, target, "loss", "keras.losses", name)
    site = project.site(target)
    tree, call = project.call(site.spans[0], site.kind)
    if owner == "callback" and called_name(call) in ("fit", "CallbackList"):
        raise NotPlacedError("Keras makes this callback by itself")
    return Part(tree, call, site)


def _given_to_compile(project: Project, target: str, argument: str, module: str, output: str = "") -> Part:
    known = project.program.sites
    site = known.get(target) or known.get(argument) or project.site("compile")
    tree, call = project.call(site.spans[0], site.kind)
    if called_name(call) == "get":
        return Part(tree, call, site, _class_path(module, site.kind or text_of(call.args[0].value) or ""))
    if called_name(call) != "compile":
        return Part(tree, call, site)
    origins = Origins(project, site.spans)
    place = _argument(origins, tree, call, argument)
    if output or isinstance(origins.follow(place).node, cst.Dict | cst.List):
        place = _of_output(project, origins.follow(place), output)
    further = origins.follow(place)
    if isinstance(further.node, cst.Call) or (further.alone and _is_assigned(further)):
        place = further
    named = text_of(further.node) or _of_keras(further.node)
    return Part(place.tree, place.node, site, _class_path(module, site.kind or named) if named else "")


def _argument(origins: Origins, tree: SourceTree, call: cst.Call, argument: str) -> Place:
    given = argument_of(call, argument, COMPILE)
    if given is not None:
        return Place(tree, given.value)
    for spread in spreads(call):
        origin = origins.follow(Place(tree, spread.value))
        if (entry := entry_of(origin.node, argument)) is not None and origin.alone:
            return Place(origin.tree, entry.value, origin.level)
    raise NotPlacedError(f"`compile` is given no `{argument}` in so many words")


def _of_keras(node: cst.BaseExpression) -> str:
    """Returns the name of a loss function of Keras that is given as it is; "" for a function of the user's own."""
    name = last_name(node)
    return name if name in _LOSSES or name in _LOSS_FUNCTIONS else ""


def _is_assigned(place: Place) -> bool:
    """Returns whether an expression is what a variable is set to, so that any other may stand there."""
    return isinstance(place.tree.parent(place.node), cst.Assign | cst.AnnAssign)


def _of_output(project: Project, place: Place, output: str) -> Place:
    node = place.node
    if isinstance(node, cst.Dict) or (isinstance(node, cst.Call) and called_name(node) == "dict"):
        entry = entry_of(node, output)
        if entry is not None:
            return Place(place.tree, entry.value, place.level, place.alone)
    outputs = project.program.outputs
    if isinstance(node, cst.List | cst.Tuple) and output in outputs and len(node.elements) == len(outputs):
        return Place(place.tree, node.elements[outputs.index(output)].value, place.level, place.alone)
    if len(outputs) < 2 and not isinstance(node, cst.Dict | cst.List):
        return place
    raise NotPlacedError(f"which loss is that of {output or 'the output'} is not written in one place")


def _class_path(module: str, name: str) -> str:
    """Returns the class that Keras makes of a name.

    >>> _class_path("keras.losses", "mse"), _class_path("keras.optimizers", "sgd"), _class_path("keras.losses", "Huber")
    ('keras.losses.MeanSquaredError', 'keras.optimizers.SGD', 'keras.losses.Huber')
    """
    if not name:
        return ""
    table = _CLASSES if module.endswith("optimizers") else _LOSSES
    camel = name if name[:1].isupper() else "".join(word.capitalize() for word in name.split("_"))
    return f"{module}.{table.get(name.lower(), camel)}"


def snake_case(name: str) -> str:
    """Returns a name as Keras writes that of an object of a class.

    >>> snake_case("SparseCategoricalAccuracy"), snake_case("AUC"), snake_case("MeanIoU")
    ('sparse_categorical_accuracy', 'auc', 'mean_io_u')
    """
    words = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()


def list_with(project: Project, tree: SourceTree, given: cst.Arg, site: Site) -> Place:
    """Returns the list that is given as an argument, where it is written; else the argument's own expression."""
    origin = Origins(project, site.spans).follow(Place(tree, given.value))
    return origin if isinstance(origin.node, cst.List | cst.Tuple) else Place(tree, given.value)


def metric_element(tree: SourceTree, elements: Sequence[cst.BaseElement], name: str) -> cst.BaseElement:
    """Returns the element of a list of metrics that has a name.

    Raises:
        NotPlacedError: it is none of them for certain.
    """
    named = [element for element in elements if name in _metric_names(element.value)]
    if len(named) != 1 and len(elements) != 1:
        raise NotPlacedError(f"which metric is {name} is not certain")
    return (named or list(elements))[0]


def _metric_names(node: cst.BaseExpression) -> set[str]:
    if isinstance(node, cst.Call):
        given = argument_of(node, "name")
        return {text_of(given.value) or ""} if given is not None else {snake_case(called_name(node))}
    text = text_of(node) or last_name(node)
    aliases = {"acc": "accuracy", "mse": "mean_squared_error", "mae": "mean_absolute_error"}
    return {
        text,
        snake_case(text),
        aliases.get(text, text),
        *(short for short, full in aliases.items() if full == text),
    }
