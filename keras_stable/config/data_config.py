"""The `data` section: where inputs and labels come from, one model for each `kind`."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from keras_stable.config.section import (
    Arguments,
    Conflict,
    FunctionName,
    PositiveFloat,
    PositiveInt,
    PositiveInts,
    Section,
    Text,
)


class DataSection(Section):
    """What every kind of data has."""

    validation_split: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """The share of the samples of each class that validates, when the source brings no validation set."""
    input_scale: PositiveFloat = 1.0
    """Every input is multiplied by this, which shows what unscaled inputs do."""

    @property
    def flat(self) -> bool:
        """Whether it is known without the data that an input is one row of numbers, and no image."""
        return False


class StreamedData(DataSection):
    """What every kind of data has that is read anew in every epoch, and need not fit into memory."""

    shuffle_buffer: PositiveInt = 4096
    """How many training samples wait to be drawn from; more of them mix better and take more memory."""
    cache: Literal["memory", "disk"] | None = None
    """Where decoded samples are kept after the first epoch; disk: a temporary directory, gone with the process."""
    prefetch: PositiveInt | None = None
    """How many batches are made ahead of the step; null lets TensorFlow choose."""


class SklearnData(DataSection):
    """A data set that scikit-learn brings along."""

    kind: Literal["sklearn"]
    name: Literal["digits", "iris", "wine", "breast_cancer"]
    """The data set; digits are 8x8 images, the others rows of numbers."""

    @property
    def flat(self) -> bool:
        return self.name != "digits"


class NpzData(DataSection):
    """The arrays of one `.npz` file."""

    kind: Literal["npz"]
    path: Text
    """The file; a relative path starts at the current directory, here and below."""
    x: Text = "x_train"
    """Name of the array of inputs; a file without `x_train` may call it `x`."""
    y: Text = "y_train"
    """Name of the array of labels; a file without `y_train` may call it `y`."""
    validation_x: Text | None = None
    """Name of the array of validation inputs; null looks for `x_val`, then `x_test`."""
    validation_y: Text | None = None
    """Name of the array of validation labels; null looks for `y_val`, then `y_test`."""

    def conflicts(self) -> Iterator[Conflict]:
        pair = {"validation_x": self.validation_x, "validation_y": self.validation_y}
        for key, other in (("validation_x", "validation_y"), ("validation_y", "validation_x")):
            if pair[key] is None and pair[other] is not None:
                yield Conflict(("data", key), f"given together with `data.{other}`", None, (("data", other),))


class TableData(DataSection):
    """What every kind of table has."""

    path: Text
    """The file with the training samples."""
    label: Text = "label"
    """Name of the label column; text and integers both become class ids, in sorted order."""
    validation_path: Text | None = None
    """The same with the validation samples; null splits them off."""
    preprocess: Literal["auto", "always", "never"] = "auto"
    """Whether the model takes the raw row, categories, texts, dates and missing cells included, and preprocesses it;
    auto: where some column holds no numbers."""
    columns: dict[str, Literal["number", "category", "text", "date", "ignore"]] = Field(default_factory=dict)
    """What a column of a raw row holds, by its name; the others are found out."""
    on_error: Literal["raise", "skip"] = "raise"
    """Whether rows of a raw table that cannot be right are an error, or left out and counted."""

    @property
    def flat(self) -> bool:
        return True

    def conflicts(self) -> Iterator[Conflict]:
        if self.columns and self.preprocess == "never":
            yield Conflict(
                ("data", "columns"), "left out for preprocess never", self.columns, (("data", "preprocess"),)
            )


class CsvData(TableData):
    """A CSV file with a header, feature columns and one label column."""

    kind: Literal["csv"]


class ParquetData(TableData):
    """A Parquet file, as `csv`; it needs `pip install 'keras-stable[parquet]'`."""

    kind: Literal["parquet"]


class ImageFolderData(StreamedData):
    """A directory with one directory of images for each class."""

    kind: Literal["image_folder"]
    path: Text
    """The directory with the directories of the classes."""
    image_size: Annotated[tuple[PositiveInt, PositiveInt], Field(strict=False)]
    """Height and width in pixels that every image is resized to."""
    color_mode: Literal["grayscale", "rgb"] = "rgb"
    """One channel or three."""
    validation_path: Text | None = None
    """The same with the validation samples; null splits them off."""
    on_error: Literal["raise", "skip"] = "raise"
    """Whether images that cannot be read are an error, or left out and counted."""


class TfrecordData(StreamedData):
    """TFRecord files of `tf.train.Example`s, as `keras_stable.data.tfrecord.write_tfrecord` writes them."""

    kind: Literal["tfrecord"]
    path: Text
    """A file, or a pattern such as `train-*.tfrecord`."""
    validation_path: Text | None = None
    """The same with the validation samples; null splits them off."""
    shape: Annotated[PositiveInts, Field(min_length=1)]
    """Shape of one input."""
    num_classes: Annotated[int, Field(ge=2)]
    """How many classes the labels may name."""
    x: Text = "x"
    """Name of the feature with the input."""
    y: Text = "y"
    """Name of the feature with the label."""
    encoding: Literal["float", "raw_uint8", "image"] = "float"
    """How the input is stored: a list of floats, the raw bytes of a uint8 array, or an encoded PNG or JPEG."""
    parallel_files: PositiveInt = 1
    """How many files (shards) are read at once, a record of each in turn."""

    def conflicts(self) -> Iterator[Conflict]:
        if self.encoding == "image" and (len(self.shape) != 3 or self.shape[-1] not in (1, 3, 4)):
            must_be = "[height, width, channels] with 1, 3 or 4 channels for encoding image"
            yield Conflict(("data", "shape"), must_be, self.shape, (("data", "encoding"),))


class KerasData(DataSection):
    """A data set of `keras.datasets`, which downloads it on first use."""

    kind: Literal["keras"]
    name: Literal["mnist", "fashion_mnist", "cifar10", "cifar100"]
    """The data set."""


class PythonData(DataSection):
    """Whatever a function of yours returns: arrays, a `tf.data.Dataset` or a `PyDataset`."""

    kind: Literal["python"]
    target: FunctionName
    """The function that returns the data."""
    arguments: Arguments = Field(default_factory=dict)
    """Keyword arguments of the function."""


DataConfig = Annotated[
    SklearnData | NpzData | CsvData | ParquetData | ImageFolderData | TfrecordData | KerasData | PythonData,
    Field(discriminator="kind"),
]
