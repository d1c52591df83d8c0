"""The `model` and `augmentation` sections: which classifier, behind which random changes of the images."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from keras_stable.config.section import Arguments, Conflict, FunctionName, PositiveInt, PositiveInts, Section, Text

_ENCODER_KEYS = {
    "mlp": ("hidden_units", "activation", "dropout"),
    "conv": ("filters", "feature_dim", "activation", "dropout"),
    "module": ("module", "module_arguments"),
}


class ModelConfig(Section):
    """Encoder -> layer normalization -> feature normalization -> readout; each `false` leaves one part out."""

    encoder: Literal["mlp", "conv", "module"] = "mlp"
    """What turns inputs into features: dense layers, convolutions, or a layer of your own."""
    hidden_units: PositiveInts = (128, 64)
    """Units of the dense layers of the `mlp` encoder."""
    filters: Annotated[PositiveInts, Field(min_length=1)] = (32, 64, 64)
    """Channels of each convolution of the `conv` encoder."""
    feature_dim: PositiveInt = 128
    """Number of features that the encoder gives to the readout."""
    activation: Text = "relu"
    """Name of the activation inside the encoder."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of units dropped inside the encoder while training."""
    module: FunctionName | None = None
    """The function that returns your encoder, as `package.module:function`; for `encoder: module` only."""
    module_arguments: Arguments = Field(default_factory=dict)
    """Keyword arguments of that function."""
    input_normalization: bool = True
    """Inputs, each feature or channel, to mean 0 and standard deviation 1."""
    layer_normalization: bool = True
    """LayerNormalization on the features of the encoder."""
    feature_normalization: bool = True
    """Features to mean 0 and standard deviation 1 before the readout."""
    logit_scaling: bool = True
    """Logits times 1/sqrt(features), which bounds the readout's gradient."""

    def conflicts(self) -> Iterator[Conflict]:
        encoder = ("model", "encoder")
        if self.encoder == "module" and self.module is None:
            yield Conflict(
                ("model", "module"), 'of the form "package.module:function" for encoder module', None, (encoder,)
            )
        if self.encoder != "module":
            reason = f"left out, as it is for encoder module and the encoder is {self.encoder}"
            if self.module is not None:
                yield Conflict(("model", "module"), reason, self.module, (encoder,))
            if self.module_arguments:
                yield Conflict(("model", "module_arguments"), reason, self.module_arguments, (encoder,))
        for key in ("hidden_units", "filters", "feature_dim", "activation", "dropout"):
            value = getattr(self, key)
            if key not in _ENCODER_KEYS[self.encoder] and value != type(self).model_fields[key].default:
                takes = ", ".join(_ENCODER_KEYS[self.encoder])
                yield Conflict(
                    ("model", key), f"left out, as encoder {self.encoder} takes only {takes}", value, (encoder,)
                )


class AugmentationLayer(Section):
    """One random layer of `keras.layers` that acts on the inputs in training; its other keys are its arguments."""

    model_config = ConfigDict(extra="allow")

    layer: Literal[
        "RandomFlip",
        "RandomRotation",
        "RandomTranslation",
        "RandomZoom",
        "RandomContrast",
        "RandomBrightness",
        "RandomShear",
        "RandomCrop",
        "RandomErasing",
        "GaussianNoise",
    ]

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of the layer."""
        return dict(self.model_extra or {})
