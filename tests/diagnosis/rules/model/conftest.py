import pytest

from keras_stable.diagnosis.facts import Layer, Structure

ROLES = {
    "Dropout": "dropout",
    "Activation": "activation",
    "ReLU": "activation",
    "BatchNormalization": "normalization",
    "LayerNormalization": "normalization",
    "Normalization": "normalization",
    "Flatten": "shape",
    "Reshape": "shape",
    "AveragePooling2D": "pooling",
    "GlobalAveragePooling1D": "pooling",
    "GlobalAveragePooling2D": "pooling",
    "MaxPooling2D": "pooling",
    "Add": "merge",
    "Multiply": "merge",
    "Rescaling": "preprocessing",
    "Affine": "other",
}


@pytest.fixture
def stack():
    """Returns a structure of layers one after the other, from "Kind activation" or a Layer each.

    A layer is named for its place: "l0", "l1", ...; one that names its inputs itself keeps them.
    """

    def build(*layers, **more):
        built = []
        for place, given in enumerate(layers):
            layer = made(given) if isinstance(given, str) else given
            inputs = layer.inputs or ((f"l{place - 1}",) if place else ("input",))
            built.append(Layer(**{**vars(layer), "path": f"l{place}", "inputs": inputs}))
        return Structure(layers=tuple(built), **more)

    return build


def made(text):
    kind, _, activation = text.partition(" ")
    learnt = ROLES.get(kind, "learnt") == "learnt"
    return Layer(
        kind=kind,
        role=ROLES.get(kind, "learnt"),
        activation=activation or ("linear" if learnt else ""),
        trainable_parameters=4160 if learnt else 0,
    )
