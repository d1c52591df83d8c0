"""Configs: closed and frozen models, the strict YAML loader, and the JSON schema."""

from keras_stable.config.config import Config
from keras_stable.config.config_file import dump_config, load_config
from keras_stable.config.data_config import (
    CsvData,
    DataConfig,
    DataSection,
    ImageFolderData,
    KerasData,
    NpzData,
    ParquetData,
    PythonData,
    SklearnData,
    TableData,
    TfrecordData,
)
from keras_stable.config.distribution_config import DistributionConfig
from keras_stable.config.model_config import AugmentationLayer, ModelConfig
from keras_stable.config.schema import config_schema
from keras_stable.config.sources import ConfigSource, read_config
from keras_stable.config.training_config import EarlyStopping, FitConfig, LossConfig, OptimizerConfig

__all__ = [
    "AugmentationLayer",
    "Config",
    "ConfigSource",
    "CsvData",
    "DataConfig",
    "DataSection",
    "DistributionConfig",
    "EarlyStopping",
    "FitConfig",
    "ImageFolderData",
    "KerasData",
    "LossConfig",
    "ModelConfig",
    "NpzData",
    "OptimizerConfig",
    "ParquetData",
    "PythonData",
    "SklearnData",
    "TableData",
    "TfrecordData",
    "config_schema",
    "dump_config",
    "load_config",
    "read_config",
]
