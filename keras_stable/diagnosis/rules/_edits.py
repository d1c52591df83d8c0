"""Edits that rules of several families yield."""

from collections.abc import Iterable, Sequence

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Compiled, Layer, Structure

USUAL_MOMENTUM = 0.9  # of moving statistics, which then follow within 30 steps
_SQUASHING = frozenset({"sigmoid", "hard_sigmoid", "tanh", "hard_tanh", "softsign"})
_PLAIN = frozenset({"Dense", *(f"Conv{rank}D" for rank in (1, 2, 3))})
_RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN"})


def quoted(text: str) -> str:
    """Returns Python source of a text, as it stands in remedies.

    >>> print(quoted("relu"))
    "relu"
    """
    return f'"{text}"'


def of_data(name: str, among: Sequence[object]) -> str:
    """Returns the target for one array of these inputs or outputs.

    >>> of_data("image", ["image"]), of_data("image", ["image", "text"])
    ('data', 'data:image')
    """
    return "data" if len(among) < 2 else f"data:{name}"


def layer_argument(path: str, argument: str, value: str) -> tuple[Edit, ...]:
    """Returns the edit that makes a layer with another argument; nothing where the layer is not known."""
    return (Edit("set_argument", f"layer:{path}", argument, value),) if path else ()


def width_argument(layer: Layer | None) -> str:
    """Returns the argument for the width of a layer; "" where it has none. What is unknown counts as a Dense layer.

    >>> width_argument(Layer(kind="Conv2D")), width_argument(Layer(kind="Embedding")), width_argument(None)
    ('filters', '', 'units')
    """
    if layer is None or layer.kind in _RECURRENT | {"Dense"}:
        return "units"
    return "filters" if layer.kind in _PLAIN else ""


def learning_rate(rate: float) -> tuple[Edit, ...]:
    """Returns the edit that gives the optimizer another rate, as remedies write it."""
    return (Edit("set_argument", "optimizer", "learning_rate", f"{rate:.3g}"),)


def tenfold(compiled: Compiled | None, factor: float) -> tuple[Edit, ...]:
    """Returns the edit that multiplies the rate; nothing where the rate is not known, or comes from a schedule."""
    if compiled is None or compiled.schedule or not compiled.learning_rate > 0:
        return ()
    return learning_rate(compiled.learning_rate * factor)


def clipping(compiled: Compiled | None, limit: float) -> tuple[Edit, ...]:
    """Returns the edits that clip the global norm. Keras's own optimizers take one clip only, so that others go.

    >>> [str(edit) for edit in clipping(Compiled(clipvalue=1.0), 0.5)]
    ['optimizer: global_clipnorm=0.5', 'optimizer: clipvalue=None']
    """
    first = Edit("set_argument", "optimizer", "global_clipnorm", f"{limit:g}")
    if compiled is None or compiled.guarded:
        return (first,)
    others = [name for name in ("clipnorm", "clipvalue") if getattr(compiled, name) is not None]
    return (first, *(Edit("set_argument", "optimizer", name, "None") for name in others))


def matched(values: str, others: str) -> str:
    """Returns Python source that gives each feature, or channel, the mean and the spread that others have.

    >>> import numpy as np
    >>> x, far = np.array([[1.0], [3.0]]), np.array([[100.0], [500.0]])
    >>> eval(matched("far", "x")).tolist()
    [[1.0], [3.0]]
    """
    axis = f"tuple(range({others}.ndim - 1))"
    spread = f"{others}.std({axis}) / np.maximum({values}.std({axis}), 1e-7)"
    return f"({values} - {values}.mean({axis})) * ({spread}) + {others}.mean({axis})"


def validation_inputs(value: str) -> tuple[Edit, ...]:
    """Returns the edit that gives validation other inputs.

    >>> print(*validation_inputs("validation_data[0] / 255"))
    data: validation_data = (validation_data[0] / 255, *validation_data[1:])
    """
    return (Edit("transform_data", "data", "validation_data", f"({value}, *validation_data[1:])"),)


def class_weights(counts: Iterable[tuple[int, int]]) -> tuple[Edit, ...]:
    """Returns the edit that lets every class weigh the same in all, from (class id, samples).

    >>> print(*class_weights([(0, 90), (1, 10)]))
    fit: class_weight={0: 0.556, 1: 5}
    """
    present = [(class_id, count) for class_id, count in counts if count > 0]
    samples = sum(count for _, count in present)
    weights = ", ".join(f"{class_id}: {samples / (len(present) * count):.3g}" for class_id, count in present)
    return (Edit("set_argument", "fit", "class_weight", f"{{{weights}}}"),)


def momentum(layers: Iterable[Layer], value: float = USUAL_MOMENTUM) -> tuple[Edit, ...]:
    """Returns the edits that let moving statistics follow faster, of the batch normalizations that follow more slowly.

    Args:
        layers: which may have moving statistics.
        value: float, the momentum that is to be.
    """
    return tuple(
        Edit("set_argument", f"layer:{layer.path}", "momentum", f"{value:g}")
        for layer in layers
        if layer.kind == "BatchNormalization" and float(layer.config.get("momentum", 0.99)) > value
    )


def relu(structure: Structure | None, readouts: Iterable[str] = ()) -> tuple[Edit, ...]:
    """Returns the edits that take relu and He's initializer in the hidden layers that squash their output."""
    last = {*readouts} or {layer.path for layer in structure.layers[-1:]} if structure is not None else set()
    return tuple(
        Edit("set_argument", f"layer:{layer.path}", argument, quoted(value))
        for layer in (structure.layers if structure is not None else ())
        if layer.kind in _PLAIN and layer.activation in _SQUASHING and layer.path not in last
        for argument, value in (("activation", "relu"), ("kernel_initializer", "he_normal"))
    )
