"""`kind: image_folder`: a directory with one directory of images for each class."""

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from keras_stable.config import ImageFolderData
from keras_stable.data.caching import cached
from keras_stable.data.checks import check_batch_size, check_classes, data_error
from keras_stable.data.files import existing_directory
from keras_stable.data.prepared_batches import prepared
from keras_stable.data.scanning import scan
from keras_stable.data.splitting import validation_mask
from keras_stable.data.streams import reason
from keras_stable.data.structures import Data

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png")


@dataclass(frozen=True)
class _Files:
    argument: str
    paths: np.ndarray
    labels: np.ndarray

    def without(self, paths: Mapping[str, str]) -> "_Files":
        """Returns the files but these."""
        kept = np.array([path not in paths for path in self.paths], bool)
        return _Files(self.argument, self.paths[kept], self.labels[kept])


def load(config: ImageFolderData, *, batch_size: int, seed: int) -> Data:
    """Lists the images, checks that each can be read, and streams them as float32 in [0, 255].

    The names of the directories, sorted, are the class names. Files and directories whose name starts with a
    dot are skipped. Training images come in a new seeded order in every epoch,
    validation images in one seeded order.

    Raises:
        DataError: no images, one class, a class without images, or images that cannot be read.
    """
    root = existing_directory("data.path", config.path)
    names = tuple(sorted(entry.name for entry in root.iterdir() if entry.is_dir() and not entry.name.startswith(".")))
    if not names:
        raise data_error("data.path", "a directory with one directory for each class", f"{config.path} without any")
    files = _list("data.path", root, names)
    empty = [name for index, name in enumerate(names) if not (files.labels == index).any()]
    if empty:
        raise data_error(
            "data.path",
            f"a directory with images ({' '.join(SUFFIXES)}) for each class",
            f"{config.path} with none for {len(empty)} of {len(names)} classes, the first is {empty[0]}",
        )
    if config.validation_path is None:
        mask = validation_mask(files.labels, config.validation_split, seed)
        train = _Files("data.path", files.paths[~mask], files.labels[~mask])
        validation = _Files("data.path", files.paths[mask], files.labels[mask])
    else:
        train = files
        validation = _validation(config.validation_path, names)
    # Sorted by class until here; the first few validation samples are to be a fair sample.
    rows = np.random.default_rng(seed).permutation(len(validation.paths))
    validation = _Files(validation.argument, validation.paths[rows], validation.labels[rows])
    bad: dict[str, str] = {}
    train_scan = scan(_readable(train, config, bad), train.argument, train.argument, config.input_scale)
    counts = check_classes(train_scan, "data.path", len(names))
    scan(_readable(validation, config, bad), validation.argument, validation.argument, config.input_scale)
    if bad:
        path, why = next(iter(bad.items()))
        warnings.warn(f"{len(bad)} images are left out, the first is {path}: {why}.", stacklevel=2)
        train, validation = (files.without(bad) for files in (train, validation))
    check_batch_size(batch_size, len(train.paths))
    shape = train_scan.input_shape
    order = tf.data.Dataset.from_tensor_slices((train.paths, train.labels))
    shuffle = {"seed": seed, "reshuffle_each_iteration": True}
    if config.cache is None:
        # Paths take next to no memory, so that all of them are shuffled.
        images = _images(order.shuffle(len(train.paths), **shuffle), config)
    else:
        images = cached(_images(order, config), config.cache).shuffle(config.shuffle_buffer, **shuffle)
    held = tf.data.Dataset.from_tensor_slices((validation.paths, validation.labels))
    validating = cached(_images(held, config), config.cache).batch(batch_size)
    return Data(
        train=prepared(images.batch(batch_size), shape, config.input_scale, config.prefetch),
        validation=prepared(validating, shape, config.input_scale, config.prefetch),
        input_shape=shape,
        num_classes=len(names),
        class_names=names,
        class_counts=counts,
        skipped=tuple(f"{path}: {why}" for path, why in bad.items()),
    )


def _validation(path: str, names: tuple[str, ...]) -> _Files:
    root = existing_directory("data.validation_path", path)
    directories = sorted(entry.name for entry in root.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    unknown = [name for name in directories if name not in names]
    if unknown:
        raise data_error(
            "data.validation_path",
            "a directory with classes that training has",
            f"{path} with {len(unknown)} others, the first is {unknown[0]}",
        )
    files = _list("data.validation_path", root, names)
    if not len(files.paths):
        raise data_error("data.validation_path", f"a directory with images ({' '.join(SUFFIXES)})", f"{path} with none")
    return files


def _list(argument: str, root: Path, names: tuple[str, ...]) -> _Files:
    paths, labels = [], []
    for index, name in enumerate(names):
        for path in sorted(root.joinpath(name).rglob("*")):
            if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file():
                paths.append(str(path))
                labels.append(index)
    return _Files(argument, np.array(paths, dtype=object), np.array(labels, dtype=np.int64))


def _images(files: tf.data.Dataset, config: ImageFolderData) -> tf.data.Dataset:
    def read(path: Any, label: Any) -> tuple[Any, Any]:
        image = tf.io.decode_image(tf.io.read_file(path), channels=3, expand_animations=False)
        if config.color_mode == "grayscale":
            image = tf.image.rgb_to_grayscale(image)
        return tf.image.resize(image, config.image_size, antialias=True), label

    return files.map(read, num_parallel_calls=tf.data.AUTOTUNE)


def _readable(
    files: _Files, config: ImageFolderData, skipped: dict[str, str]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yields every image that can be read.

    After the last one it raises DataError with the count of the others, or adds them to `skipped` if they may be.
    """
    images = iter(_images(tf.data.Dataset.from_tensor_slices((files.paths, files.labels)), config))
    bad: dict[str, str] = {}
    for path in files.paths:
        try:
            image, label = next(images)
        except tf.errors.OpError as error:
            bad[path] = reason(error)
            continue
        yield image.numpy()[None], label.numpy()[None]
    if bad and config.on_error == "raise":
        path, why = next(iter(bad.items()))
        raise data_error(
            files.argument,
            "images that can be read",
            f"{len(bad)} of {len(files.paths)} files that cannot, the first is {path}: {why}",
        )
    skipped.update(bad)
