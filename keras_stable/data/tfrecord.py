"""`kind: tfrecord`: `tf.train.Example`s in TFRecord files, and the function that writes them."""

import glob
import os
from typing import Any, Literal

import numpy as np
import tensorflow as tf

from keras_stable.config import TfrecordData
from keras_stable.data.caching import cached
from keras_stable.data.checks import check_batch_size, check_classes, check_validation, data_error
from keras_stable.data.prepared_batches import prepared
from keras_stable.data.splitting import validation_mask
from keras_stable.data.streams import Stream
from keras_stable.data.structures import Data


def write_tfrecord(
    path: str | os.PathLike[str],
    x: Any,
    y: Any,
    *,
    encoding: Literal["float", "raw_uint8", "image"] = "float",
    x_name: str = "x",
    y_name: str = "y",
) -> None:
    """Writes samples as `kind: tfrecord` reads them.

    Args:
        path: str or path of the file to write.
        x: array [n, ...]; uint8 for `raw_uint8`, uint8 [n, height, width, channels] for `image` (written as PNG).
        y: int array [n], class ids.
        encoding: "float", "raw_uint8" or "image". Default: "float".
        x_name: str, name of the feature with the input. Default: "x".
        y_name: str, name of the feature with the label. Default: "y".

    Raises:
        DataError: lengths disagree, or the dtype does not fit the encoding.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     write_tfrecord(f"{directory}/train.tfrecord", np.zeros([3, 4]), [0, 1, 0])
    ...     len(list(tf.data.TFRecordDataset(f"{directory}/train.tfrecord")))
    3
    """
    x, y = np.asarray(x), np.asarray(y)
    if len(x) != len(y):
        raise data_error("x and y", "of one length", f"{len(x)} inputs and {len(y)} labels")
    if encoding != "float" and x.dtype != np.uint8:
        raise data_error("x", f"an array of uint8 for encoding {encoding}", f"dtype {x.dtype}")
    if y.dtype.kind not in "iu":
        raise data_error("y", "an array of integers", f"dtype {y.dtype}")
    with tf.io.TFRecordWriter(os.fspath(path)) as writer:
        for sample, label in zip(x, y, strict=True):
            feature = {
                x_name: _feature(sample, encoding),
                y_name: tf.train.Feature(int64_list=tf.train.Int64List(value=[int(label)])),
            }
            writer.write(tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString())


def load(config: TfrecordData, *, batch_size: int, seed: int) -> Data:
    """Streams the records; one pass checks them and reads the labels, which decide the split.

    Files of a pattern are read in sorted order, or a record of each of some files in turn. Training records are
    shuffled with a seeded buffer. Memory holds that, the batches ahead, and the class id of each sample.

    Raises:
        DataError: no file, records that cannot be read as the config says, or samples that cannot be trained on.
    """
    train_records = _records("data.path", config.path, config)
    train_scan = Stream(_examples(train_records, config).batch(batch_size), "data.path", "data.path").scan(
        config.input_scale
    )
    check_classes(train_scan, "data.path", config.num_classes)
    labels = train_scan.labels
    if config.validation_path is None:
        mask = validation_mask(labels, config.validation_split, seed)
        validation_records, train_records = _select(train_records, mask), _select(train_records, ~mask)
        labels = labels[~mask]
    else:
        validation_records = _records("data.validation_path", config.validation_path, config)
        name = "data.validation_path"
        validation_scan = Stream(_examples(validation_records, config).batch(batch_size), name, name).scan(
            config.input_scale
        )
        check_validation(validation_scan, train_scan, config.num_classes, name, name)
        validation_records = validation_records.apply(tf.data.experimental.assert_cardinality(validation_scan.samples))
        train_records = train_records.apply(tf.data.experimental.assert_cardinality(train_scan.samples))
    check_batch_size(batch_size, len(labels))
    shape, shuffle = train_scan.input_shape, {"seed": seed, "reshuffle_each_iteration": True}
    if config.cache is None:
        # Records, which are smaller than what they are decoded to.
        examples = _examples(train_records.shuffle(config.shuffle_buffer, **shuffle), config)
    else:
        examples = cached(_examples(train_records, config), config.cache).shuffle(config.shuffle_buffer, **shuffle)
    train = examples.batch(batch_size)
    validation = cached(_examples(validation_records, config), config.cache).batch(batch_size)
    return Data(
        train=prepared(train, shape, config.input_scale, config.prefetch),
        validation=prepared(validation, shape, config.input_scale, config.prefetch),
        input_shape=shape,
        num_classes=config.num_classes,
        class_names=None,
        class_counts=np.bincount(labels, minlength=config.num_classes).astype(np.int64),
    )


def _feature(sample: np.ndarray, encoding: str) -> tf.train.Feature:
    if encoding == "float":
        return tf.train.Feature(float_list=tf.train.FloatList(value=sample.astype(np.float32).ravel()))
    data = sample.tobytes() if encoding == "raw_uint8" else tf.io.encode_png(sample).numpy()
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[data]))


def _files(argument: str, pattern: str) -> list[str]:
    paths = [pattern] if os.path.isfile(pattern) else sorted(filter(os.path.isfile, glob.glob(pattern)))
    if not paths:
        raise data_error(argument, "a file that exists, or a pattern that some file fits", pattern)
    return paths


def _records(argument: str, pattern: str, config: TfrecordData) -> tf.data.Dataset:
    files = _files(argument, pattern)
    if config.parallel_files == 1:
        return tf.data.TFRecordDataset(files)
    # In the same order in every pass: which samples validate is known by their places.
    return tf.data.Dataset.from_tensor_slices(files).interleave(
        tf.data.TFRecordDataset,
        cycle_length=config.parallel_files,
        num_parallel_calls=config.parallel_files,
        deterministic=True,
    )


def _select(records: tf.data.Dataset, mask: np.ndarray) -> tf.data.Dataset:
    chosen = tf.constant(mask)

    def is_chosen(index: Any, _record: Any) -> Any:
        return chosen[index]

    def without_index(_index: Any, record: Any) -> Any:
        return record

    selected = records.enumerate().filter(is_chosen).map(without_index)
    return selected.apply(tf.data.experimental.assert_cardinality(int(mask.sum())))


def _examples(records: tf.data.Dataset, config: TfrecordData) -> tf.data.Dataset:
    is_float = config.encoding == "float"
    features = {
        config.x: tf.io.FixedLenFeature(config.shape, tf.float32) if is_float else tf.io.FixedLenFeature([], tf.string),
        config.y: tf.io.FixedLenFeature([], tf.int64),
    }

    def parse(record: Any) -> tuple[Any, Any]:
        example = tf.io.parse_single_example(record, features)
        x = example[config.x]
        if config.encoding == "raw_uint8":
            x = tf.reshape(tf.io.decode_raw(x, tf.uint8), config.shape)
        elif config.encoding == "image":
            x = tf.io.decode_image(x, channels=config.shape[-1], expand_animations=False)
            x = tf.ensure_shape(x, config.shape)
        return x, example[config.y]

    return records.map(parse, num_parallel_calls=tf.data.AUTOTUNE)
