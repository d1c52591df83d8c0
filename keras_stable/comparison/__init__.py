"""Several configs, each trained with several seeds, side by side."""

from keras_stable.comparison.comparison import Comparison
from keras_stable.comparison.run import Failure, Run
from keras_stable.comparison.runner import compare

__all__ = ["Comparison", "Failure", "Run", "compare"]
