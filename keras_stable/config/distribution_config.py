"""The `distribution` section."""

from typing import Literal

from keras_stable.config.section import NonNegativeInt, Section


class DistributionConfig(Section):
    """Over what a step is spread; the batch size is that of all replicas together."""

    strategy: Literal["none", "mirrored", "multi_worker"] = "none"
    """`mirrored`: all GPUs of this machine; `multi_worker`: the processes that TF_CONFIG or SLURM name."""
    check_replicas_every: NonNegativeInt = 100
    """Steps between two comparisons of all replicas' weights, bit by bit; 0 is never."""
