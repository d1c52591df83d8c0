"""The whole config of a run."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from keras_stable.config.data_config import DataConfig
from keras_stable.config.distribution_config import DistributionConfig
from keras_stable.config.model_config import AugmentationLayer, ModelConfig
from keras_stable.config.section import Conflict, Section
from keras_stable.config.training_config import FitConfig, LossConfig, OptimizerConfig


class Config(Section):
    """Everything that decides a run: the same config on the same machine gives the same run.

    >>> Config.model_validate({"data": {"kind": "sklearn", "name": "iris"}}).fit.epochs
    20
    """

    name: (
        Annotated[
            str,
            Field(
                pattern=r"^\w[\w .+=-]*$",
                json_schema_extra={"errorMessage": "usable as a directory name, such as digits_stable"},
            ),
        ]
        | None
    ) = None
    """Name of the run's directory; null takes the name of the config file."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    """Seed of the split, the weights, the order of the samples and the augmentation."""
    deterministic: bool = True
    """The same config on the same machine gives the same run, bit for bit."""
    data: DataConfig
    model: ModelConfig = ModelConfig()
    augmentation: Annotated[tuple[AugmentationLayer, ...], Field(strict=False)] = ()
    """Layers of `keras.layers` that change the inputs at random in training."""
    loss: LossConfig = LossConfig()
    optimizer: OptimizerConfig = OptimizerConfig()
    fit: FitConfig = FitConfig()
    distribution: DistributionConfig = DistributionConfig()

    def conflicts(self) -> Iterator[Conflict]:
        kind = ("data", "kind")
        if self.optimizer.warmup_epochs >= self.fit.epochs:
            yield Conflict(
                ("optimizer", "warmup_epochs"),
                f"less than `fit.epochs`, which is {self.fit.epochs}",
                self.optimizer.warmup_epochs,
                (("fit", "epochs"),),
            )
        if self.data.flat:
            if self.model.encoder == "conv":
                yield Conflict(
                    ("model", "encoder"),
                    f"mlp or module for the flat rows of this {self.data.kind} data",
                    "conv",
                    (kind,),
                )
            for index, layer in enumerate(self.augmentation):
                if layer.layer != "GaussianNoise":
                    yield Conflict(
                        ("augmentation", index, "layer"),
                        f"GaussianNoise for the flat rows of this {self.data.kind} data",
                        layer.layer,
                        (kind,),
                    )
