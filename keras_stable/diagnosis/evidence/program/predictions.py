"""Labels of rows that are left out, predicted from the others. Imports no TensorFlow."""

from collections.abc import Sequence

import numpy as np

from keras_stable.diagnosis.evidence.program.features import features_from
from keras_stable.diagnosis.evidence.program.kernel_ridge import KernelRidge
from keras_stable.diagnosis.evidence.program.targets import targets_of

_SHUFFLES = 100


class Predictions:
    """How well the labels of rows that are left out are predicted.

    Args:
        inputs, labels: lists of arrays [n, ...], one for each input and output.
        worded: list of bool, whether an input is token ids or text.
        losses: of the outputs.
        seed: int. Default: 0.

    Attributes:
        dealt: array, the share of the variance that is explained where labels are dealt out at random.

    Raises:
        ValueError: the inputs or the labels never vary, or labels are not finite.

    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(100, 3))
    >>> predictions = Predictions([x], [x[:, 0]], [False])
    >>> predictions.explained([x[:, 0]]) > 0.9, bool(predictions.dealt.mean() < 0.05)
    (True, True)
    """

    def __init__(
        self,
        inputs: Sequence[np.ndarray],
        labels: Sequence[np.ndarray],
        worded: Sequence[bool],
        losses: Sequence[str] = (),
        seed: int = 0,
    ) -> None:
        self._losses, self._seed = losses, seed
        targets = self._targets(labels)
        features = features_from(inputs, worded, seed)(inputs)
        if not features.any():
            raise ValueError("the inputs are the same in all rows")
        self._ridge = KernelRidge(features)
        generator = np.random.default_rng(seed)
        shuffled = [targets[generator.permutation(len(targets))] for _ in range(_SHUFFLES)]
        self.dealt = self._ridge.left_out_many(np.concatenate(shuffled, axis=1), targets.shape[1])

    def explained(self, labels: Sequence[np.ndarray]) -> float:
        """Returns the share of the variance of labels that is explained in rows that are left out."""
        return self._ridge.left_out(self._targets(labels))[0]

    def _targets(self, labels: Sequence[np.ndarray]) -> np.ndarray:
        targets = targets_of(labels, self._losses, self._seed)
        if targets is None:
            raise ValueError("the labels never vary, or are not finite")
        return targets
