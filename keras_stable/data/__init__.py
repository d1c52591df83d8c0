"""Data by `kind`: where inputs and labels come from, checked before anything trains on them."""

from keras_stable.data.registry import load_data
from keras_stable.data.structures import Data, Split

__all__ = ["Data", "Split", "load_data"]
