"""Several configs, each trained with several seeds, side by side."""

from keras_stable.runs.comparison.comparison import Comparison
from keras_stable.runs.comparison.run import Failure, Run
from keras_stable.runs.comparison.runner import compare

__all__ = ["Comparison", "Failure", "Run", "compare"]
