"""Encoders by name: what turns inputs into one vector of features for each sample.

An encoder is a function of a KerasTensor [batch, ...] and keyword arguments that returns a
KerasTensor [batch, features]. To add one, write its file and name it in `ENCODERS`.
"""

from collections.abc import Callable
from typing import Any

from keras_stable.models.encoders.conv_encoder import conv
from keras_stable.models.encoders.mlp_encoder import mlp
from keras_stable.models.encoders.module_encoder import module

ENCODERS: dict[str, Callable[..., Any]] = {"mlp": mlp, "conv": conv, "module": module}

__all__ = ["ENCODERS", "conv", "mlp", "module"]
