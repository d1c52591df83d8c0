"""How values flow between layers: which of them are linear, and what lies before and behind a layer."""

from collections.abc import Collection, Iterator

from keras_stable.diagnosis.facts import Layer, Structure

DENSE = frozenset({"Dense"})
CONVOLUTIONS = frozenset(f"Conv{rank}D{kind}" for rank in (1, 2, 3) for kind in ("", "Transpose"))
# Layers that only scale, move or average values.
_LINEAR_KINDS = frozenset(
    {
        *("BatchNormalization", "Normalization", "FeatureNormalization", "Rescaling", "Identity", "RepeatVector"),
        *(f"{name}{rank}D" for name in ("ZeroPadding", "Cropping", "UpSampling") for rank in (1, 2, 3)),
        *(f"{name}{rank}D" for name in ("AveragePooling", "GlobalAveragePooling") for rank in (1, 2, 3)),
        *("Flatten", "Reshape", "Permute"),
    }
)


def linear(layer: Layer) -> bool:
    """Returns whether a layer that does not learn a kernel hands on a linear function of its input."""
    if layer.role == "activation":
        return layer.activation == "linear"
    return layer.role == "dropout" or layer.kind in _LINEAR_KINDS


def pass_through(layer: Layer) -> bool:
    """Returns whether a layer has one input and no kernel of its own."""
    return len(layer.inputs) == 1 and layer.role in ("activation", "dropout", "normalization", "pooling", "shape")


def before(structure: Structure, layer: Layer) -> Iterator[Layer]:
    """Yields the layers before one, nearest first, as long as each has a single input.

    >>> chain = Structure(layers=(Layer(path="a", inputs=("x",)), Layer(path="b", inputs=("a",))))
    >>> [each.path for each in before(chain, chain.layers[1])]
    ['a']
    """
    seen = {layer.path}
    while len(layer.inputs) == 1:
        previous = structure.layer(layer.inputs[0])
        if previous is None or previous.path in seen:
            return
        yield previous
        seen.add(previous.path)
        layer = previous


def next_kernels(structure: Structure, path: str) -> list[Layer]:
    """Returns the layers that end each way on from one: learnt ones, merges, and others that are not passed through."""
    ends: list[Layer] = []
    waiting, seen = [path], {path}
    while waiting:
        for layer in structure.consumers(waiting.pop()):
            if layer.path in seen:
                continue
            seen.add(layer.path)
            if pass_through(layer):
                waiting.append(layer.path)
            else:
                ends.append(layer)
    return ends


def avoidable(structure: Structure, path: str, outputs: Collection[str]) -> bool:
    """Returns whether values can get from an input to an output layer without passing a layer.

    A layer without known inputs counts as fed from outside, so that missing knowledge never leads to a verdict.
    """
    reached: set[str] = set()
    names = {layer.path for layer in structure.layers}
    for layer in structure.layers:
        if layer.path == path:
            continue
        fed = not layer.inputs or any(source in reached or source not in names for source in layer.inputs)
        if fed:
            reached.add(layer.path)
    return any(output in reached for output in outputs) or path in outputs
