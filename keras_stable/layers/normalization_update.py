"""Updates the normalization statistics of a model without changing what the model computes.

Source: H. van Hasselt et al. (2016), "Learning values across many orders of magnitude", section 2.1 (PopArt:
preserve outputs precisely while adaptively rescaling). There the targets are normalised; here the features
are, and the readout is rewritten in the same way. With features h, statistics (m, s) and new ones (m', s'),

    W (h - m) / s + b  =  W' (h - m') / s' + b'    for    W' = W s' / s,    b' = b + W (m' - m) / s.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.errors import invalid_argument
from keras_stable.layers.averages import moving_averages
from keras_stable.layers.feature_normalization import FeatureNormalization
from keras_stable.ops.batches import input_batches
from keras_stable.ops.moments import RunningMoments


@dataclass(frozen=True)
class NormalizedReadout:
    """A FeatureNormalization, the Dense layer that reads from it, and the factor between the two."""

    normalization: FeatureNormalization
    dense: keras.layers.Dense
    factor: float

    def rewrite(
        self, kernel: np.ndarray, bias: np.ndarray, *, old: "Affine", new: "Affine"
    ) -> tuple[np.ndarray, np.ndarray]:
        """Returns the kernel [d, c] and bias [c] that compute with `new` statistics what these compute with `old`."""
        shift = self.factor * ((new.mean - old.mean) / old.scale) @ kernel
        return kernel * (new.scale / old.scale)[:, None], bias + shift


@dataclass(frozen=True)
class Affine:
    """What a FeatureNormalization does at one moment: (h - mean) / scale, float64 arrays [d]."""

    mean: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, layer: FeatureNormalization) -> "Affine":
        mean, scale = (np.asarray(keras.ops.convert_to_numpy(a), np.float64).ravel() for a in (layer.mean, layer.scale))
        return cls(mean, scale)


def find_readout(model: keras.Model) -> NormalizedReadout | None:
    """Returns the last FeatureNormalization that leads to a Dense layer with a bias, or None if there is none.

    Between the two may stand Rescaling by one number, and Dropout, which does nothing at inference. Nothing but
    the Dense layer may read what the FeatureNormalization computes.
    """
    producers = {id(_tensor(layer, "output")): layer for layer in model.layers}
    uses = Counter(id(tensor) for layer in model.layers for tensor in keras.tree.flatten(_tensor(layer, "input")))
    uses.update(id(tensor) for tensor in model.outputs)
    for dense in reversed(model.layers):
        if not isinstance(dense, keras.layers.Dense) or not dense.use_bias:
            continue
        factor, tensor = 1.0, _tensor(dense, "input")
        # A tensor that something else reads too would change what that computes.
        while uses[id(tensor)] == 1:
            layer = producers.get(id(tensor))
            if isinstance(layer, FeatureNormalization) and _adapts_features(layer):
                return NormalizedReadout(layer, dense, factor)
            if not isinstance(layer, keras.layers.Dropout) and not _is_factor(layer):
                break
            factor *= float(getattr(layer, "scale", 1.0))
            tensor = _tensor(layer, "input")
    return None


def _adapts_features(layer: FeatureNormalization) -> bool:
    return layer.input_mean is None and not layer.invert and layer.keep_axis == (len(layer.output.shape) - 1,)


def _tensor(layer: keras.layers.Layer, which: str) -> Any:
    # Keras raises for a layer that is used in several places: it has no single output tensor.
    try:
        return getattr(layer, which)
    except AttributeError:
        return None


def _is_factor(layer: Any) -> bool:
    return isinstance(layer, keras.layers.Rescaling) and np.ndim(layer.scale) == 0 and not np.any(layer.offset)


class NormalizationUpdate:
    """Adapts the FeatureNormalization layers of a model to what reaches them now.

    Args:
        model: functional or Sequential model with one input and at least one FeatureNormalization that adapts.

    Raises:
        ValueError: the model is not such a model.
    """

    def __init__(self, model: keras.Model) -> None:
        layers = [layer for layer in getattr(model, "layers", ()) if isinstance(layer, FeatureNormalization)]
        self.layers = [layer for layer in layers if layer.input_mean is None]
        # Only functional and built Sequential models have `inputs`.
        inputs = list(getattr(model, "inputs", None) or ())
        # Of a Sequential model only `inputs` is sure to be there.
        named = model.input if len(inputs) > 0 and not isinstance(model, keras.Sequential) else None
        if not self.layers or not (len(inputs) == 1 or isinstance(named, Mapping)):
            raise invalid_argument(
                "model",
                "a functional or Sequential model of one input, or of a dictionary of them, with a "
                "FeatureNormalization among its own layers that adapts",
                getattr(model, "name", model),
            )
        self._inputs = named if isinstance(named, Mapping) else inputs[0]
        self.model = model
        self.readout = find_readout(model)
        self._parts = [keras.Model(self._inputs, layer.input) for layer in self.layers]
        self._inputs_of = [_traced(part) for part in self._parts]

    def adapt(self, x: Any) -> None:
        """Adapts every layer in data-flow order; behind the last one the readout is rewritten.

        A layer that normalises the inputs themselves is there to change what follows: its first adaptation
        rewrites nothing.
        """
        for layer in self.layers:
            self._adapt(layer, x)

    def adapt_new(self, x: Any) -> None:
        """Adapts the layers that were never adapted, such as that on the inputs of a new model."""
        for layer in self.layers:
            if not layer.adapted:
                self._adapt(layer, x)

    def refresh(self, x: Any) -> bool:
        """Adapts the layer before the readout and rewrites the readout: the outputs stay as they are.

        Returns:
            False when the features are not finite, or too large for the layer's dtype; everything is left as it was.
        """
        if self.readout is None:
            raise invalid_argument(
                "model", "one whose FeatureNormalization leads to a Dense layer with a bias", self.model.name
            )
        layer = self.readout.normalization
        moments = self._measure(layer, x)
        if moments.count and not layer.can_hold(moments):
            return False
        self._put(layer, moments)
        return True

    def _adapt(self, layer: FeatureNormalization, x: Any) -> None:
        self._put(layer, self._measure(layer, x))

    def _measure(self, layer: FeatureNormalization, x: Any) -> RunningMoments:
        input_of = self._inputs_of[self.layers.index(layer)]
        moments = RunningMoments(layer.keep_axis)
        for batch in input_batches(x):
            moments.update(input_of(keras.tree.map_structure(_cast, batch, self._inputs)).numpy())
        return moments

    def _put(self, layer: FeatureNormalization, moments: RunningMoments) -> None:
        keeps_outputs = layer.adapted or bool(self._parts[self.layers.index(layer)].weights)
        old = Affine.of(layer)
        layer.set_moments(moments)
        if self.readout is not None and layer is self.readout.normalization and keeps_outputs:
            self._rewrite(self.readout, old, Affine.of(layer))

    def _rewrite(self, readout: NormalizedReadout, old: Affine, new: Affine) -> None:
        dense = readout.dense
        pairs = [(dense.kernel, dense.bias), *_averages(self.model, dense)]
        for pair in pairs:
            kernel, bias = (np.asarray(keras.ops.convert_to_numpy(v), np.float64) for v in pair)
            for variable, value in zip(pair, readout.rewrite(kernel, bias, old=old, new=new), strict=True):
                variable.assign(value)


def _traced(part: keras.Model) -> Callable[[Any], Any]:
    """Returns a model at inference, traced once for every batch size."""
    structure = part.input if isinstance(part.input, Mapping) else part.inputs[0]
    signature = [keras.tree.map_structure(lambda tensor: tf.TensorSpec(tensor.shape, tensor.dtype), structure)]
    return tf.function(lambda batch: part(batch, training=False), input_signature=signature)


def _cast(batch: Any, tensor: Any) -> Any:
    return tf.convert_to_tensor(batch) if tensor.dtype == "string" else tf.cast(batch, tensor.dtype)


def _averages(model: keras.Model, dense: keras.layers.Dense) -> list[tuple[Any, Any]]:
    """The optimizer's moving averages of the readout (`use_ema=True`), which live in the same coordinates."""
    averages = moving_averages(getattr(model, "optimizer", None))
    if id(dense.kernel) not in averages or id(dense.bias) not in averages:
        return []
    return [(averages[id(dense.kernel)], averages[id(dense.bias)])]
