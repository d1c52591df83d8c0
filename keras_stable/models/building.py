"""The stable classifier: encoder -> LayerNormalization -> FeatureNormalization -> readout."""

import inspect
from collections.abc import Sequence
from typing import Any

import keras

from keras_stable.arguments import is_integer
from keras_stable.config.column import Column
from keras_stable.errors import invalid_argument
from keras_stable.layers import FeatureNormalization
from keras_stable.models.encoders import ENCODERS
from keras_stable.models.table_inputs import raw_inputs

# The standard deviation of the logits before the first step. With it the first loss lies 0.005 above
# ln(classes), and the encoder still gets a gradient, which a readout of zeros would deny it.
_FIRST_LOGITS = 0.1


def classifier(
    input_shape: Sequence[int],
    num_classes: int,
    encoder: str | keras.layers.Layer = "mlp",
    *,
    input_normalization: bool = True,
    layer_normalization: bool = True,
    feature_normalization: bool = True,
    logit_scaling: bool = True,
    augmentation: Sequence[keras.layers.Layer] = (),
    columns: Sequence[Column] = (),
    name: str = "classifier",
    **encoder_arguments: Any,
) -> keras.Model:
    r"""Returns a classifier whose gradients stay bounded from the first step on.

    The readout of `d` features of standard deviation 1 has a gradient as large as \(\sqrt{2 d}\). Logits that are
    scaled by \(1/\sqrt d\) bound it by \(\sqrt 2\), whatever the width, at the same expressiveness; this is the
    scaling of dot-product attention (Vaswani et al. 2017, section 3.2.1), put to work on the readout.

    Give the returned model its statistics with `keras_stable.models.adapt(model, x)` before `fit`, and keep them
    fresh with `callbacks.FeatureNormalizationUpdate(x)`, which also does the first.

    Args:
        input_shape: ints, without the batch axis. The encoder "conv" takes (height, width) too.
        num_classes: int >= 2.
        encoder: "mlp", "conv" or "module" (see `keras_stable.models.encoders`), or a Keras layer or model of
            your own.
        input_normalization: bool; normalise inputs, each feature or channel by itself. Default True.
        layer_normalization: bool; LayerNormalization on the features. Default True.
        feature_normalization: bool; FeatureNormalization before the readout. Default True.
        logit_scaling: bool; scale the logits by 1/sqrt(features) and start them small. False: a readout as Keras
            makes it. Default True.
        augmentation: Keras layers that change inputs while training, on the raw inputs. Default: none.
        columns: what the columns of a raw table hold (`keras_stable.data.columns`): the model then takes a dictionary
            of them, text and missing values included, and neither `input_shape`, `input_normalization` nor
            `augmentation` counts. Default: none.
        name: str; the model's name. Default "classifier".
        **encoder_arguments: what the encoder takes, e.g. `hidden_units=(256, 128)`.

    Returns:
        A functional `keras.Model`, not compiled: inputs [batch, *input_shape] of any real dtype; logits
        [batch, num_classes], float32.

    Raises:
        ValueError: an argument is not as said.

    >>> model = classifier((8, 8), 10, encoder="conv", filters=(8, 16))
    >>> model.output_shape
    (None, 10)
    """
    _check(input_shape, num_classes)
    input_shape, num_classes = tuple(int(n) for n in input_shape), int(num_classes)
    if columns:
        inputs, x = raw_inputs(columns)
    else:
        inputs, x = _array_inputs(input_shape, encoder, augmentation, input_normalization)
    features = _encode(x, encoder, encoder_arguments)
    if layer_normalization:
        features = keras.layers.LayerNormalization(name="layer_normalization")(features)
    if feature_normalization:
        # Features of unit scale that hardly vary are those of dead units: to amplify them is to train on noise.
        features = FeatureNormalization(epsilon=1e-3, name="feature_normalization")(features)
    initializer: Any = "glorot_uniform"
    if logit_scaling:
        features = keras.layers.Rescaling(features.shape[-1] ** -0.5, dtype="float32", name="logit_scaling")(features)
        initializer = keras.initializers.RandomNormal(stddev=_FIRST_LOGITS)
    logits = keras.layers.Dense(num_classes, kernel_initializer=initializer, dtype="float32", name="readout")(features)
    return keras.Model(inputs, logits, name=name)


def _array_inputs(
    input_shape: tuple[int, ...],
    encoder: str | keras.layers.Layer,
    augmentation: Sequence[keras.layers.Layer],
    normalized: bool,
) -> tuple[Any, Any]:
    inputs = keras.Input(input_shape, name="inputs")
    x = inputs
    # Keras's image layers take [height, width] for one image without a batch, so they are given channels.
    add_channel = len(input_shape) == 2 and (encoder == "conv" or len(augmentation) > 0)
    if add_channel:
        x = keras.layers.Reshape((*input_shape, 1), dtype="float32", name="channel")(x)
    for layer in augmentation:
        x = layer(x)
    if add_channel and encoder != "conv":
        x = keras.layers.Reshape(x.shape[1:3], dtype="float32", name="no_channel")(x)
    if normalized:
        x = FeatureNormalization(name="input_normalization")(x)
    return inputs, x


def _check(input_shape: Sequence[int], num_classes: int) -> None:
    if isinstance(input_shape, int) or not input_shape or not all(is_integer(n, at_least=1) for n in input_shape):
        raise invalid_argument("input_shape", "a tuple of positive ints, without the batch axis", input_shape)
    if not is_integer(num_classes, at_least=2):
        raise invalid_argument("num_classes", "an int >= 2", num_classes)


def _encode(inputs: Any, encoder: str | keras.layers.Layer, arguments: dict[str, Any]) -> Any:
    if isinstance(encoder, keras.layers.Layer):
        encoder, arguments = "module", {"module": encoder, **arguments}
    if encoder not in ENCODERS:
        raise invalid_argument("encoder", f"one of {', '.join(ENCODERS)}, or a Keras layer", encoder)
    if "activation" in arguments:
        _check_activation(arguments["activation"])
    function = ENCODERS[encoder]
    parameters = [name for name in inspect.signature(function).parameters if name != "inputs"]
    for name in arguments:
        if name not in parameters:
            raise invalid_argument(
                name, f"left out: the encoder '{encoder}' takes {', '.join(parameters)}", arguments[name]
            )
    if encoder == "module" and "module" not in arguments:
        raise invalid_argument("module", "given for the encoder 'module', as 'package.module:function'", None)
    return function(inputs, **arguments)


def _check_activation(name: Any) -> None:
    try:
        keras.activations.get(name)
    except ValueError as error:
        raise invalid_argument("activation", "the name of an activation of Keras, such as relu", name) from error
