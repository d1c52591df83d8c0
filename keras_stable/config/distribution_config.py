"""The `distribution` section."""

from typing import Literal

from keras_stable.config.section import Section


class DistributionConfig(Section):
    """Over what a step is spread; the batch size is that of all replicas together."""

    strategy: Literal["none", "mirrored", "multi_worker"] = "none"
    """`mirrored`: all GPUs of this machine; `multi_worker`: the processes that TF_CONFIG or SLURM name."""
    check_replicas_every: int | None = None
    """Steps."""
