import numpy as np
import pytest
import tensorflow as tf

from keras_stable.data.tfrecord import write_tfrecord

X = np.arange(40, dtype=np.float32).reshape(20, 2)
Y = np.arange(20) % 4
IMAGES = np.random.default_rng(0).integers(0, 256, [20, 5, 4, 3], dtype=np.uint8)


def gathered(split):
    parts = [(x.numpy(), y.numpy()) for x, y in split.x]
    return np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts])


def test_a_file_is_split_in_classes_and_shuffled_anew_in_every_epoch(load):
    write_tfrecord("a.tfrecord", X, Y)
    data = load("tfrecord", path="a.tfrecord", shape=(2,), num_classes=4, validation_split=0.4, batch_size=5)
    assert (data.input_shape, data.num_classes, data.class_counts.tolist()) == ((2,), 4, [3, 3, 3, 3])
    x, y = gathered(data.train)
    other, _ = gathered(data.train)
    validation, validation_y = gathered(data.validation)
    assert (x[:, 0] // 2 % 4 == y).all()
    assert np.bincount(validation_y).tolist() == [2, 2, 2, 2]
    assert sorted([*x[:, 0], *validation[:, 0]]) == X[:, 0].tolist()
    assert sorted(other[:, 0]) == sorted(x[:, 0])
    assert (other != x).any()
    assert (len(data.train.x), len(data.validation.x)) == (3, 2)


def test_nothing_is_printed(load, capfd):
    write_tfrecord("a.tfrecord", X, Y)
    gathered(load("tfrecord", path="a.tfrecord", shape=(2,), num_classes=4).train)
    written = capfd.readouterr()
    assert "AutoGraph" not in written.out + written.err


def test_the_seed_decides_split_and_order(load):
    write_tfrecord("a.tfrecord", X, Y)
    first, again, other = (
        gathered(load("tfrecord", path="a.tfrecord", shape=(2,), num_classes=4, seed=seed).train)[0]
        for seed in (1, 1, 2)
    )
    assert (first == again).all()
    assert (first != other).any()


def test_a_pattern_and_a_validation_file(load):
    for part in range(2):
        write_tfrecord(f"train-{part}.tfrecord", X[part::2], Y[part::2])
    write_tfrecord("val.tfrecord", X[:3], Y[:3])
    data = load(
        "tfrecord",
        path="train-*.tfrecord",
        validation_path="val.tfrecord",
        shape=(2, 1),
        num_classes=4,
        input_scale=0.5,
    )
    x, _ = gathered(data.train)
    assert data.input_shape == (2, 1)
    assert sorted(x[:, 0, 0]) == (X[:, 0] / 2).tolist()
    np.testing.assert_array_equal(gathered(data.validation)[0][:, :, 0], X[:3] / 2)


@pytest.mark.parametrize("encoding", ["raw_uint8", "image"])
def test_bytes_come_back_as_they_were_written(encoding, load):
    write_tfrecord("a.tfrecord", IMAGES, Y, encoding=encoding, x_name="pixels", y_name="class")
    data = load(
        "tfrecord",
        path="a.tfrecord",
        validation_path="a.tfrecord",
        shape=(5, 4, 3),
        num_classes=4,
        encoding=encoding,
        x="pixels",
        y="class",
    )
    x, y = gathered(data.validation)
    assert x.dtype == np.uint8
    np.testing.assert_array_equal(x, IMAGES)
    assert y.tolist() == Y.tolist()


@pytest.mark.parametrize(
    ("x", "y", "keys", "words"),
    [
        (X, Y, {"num_classes": 3}, "`data.path` must be class ids from 0 to 2, the classes of training. Received: oth"),
        (X, Y, {"num_classes": 5}, "`data.path` must be class ids 0 to 4 with a training sample for each"),
        (X, Y - 1, {}, "`data.path` must be class ids >= 0 and < 2147483648. Received: other values in 5 of 20 rows"),
        (
            X * np.nan,
            Y,
            {},
            "`data.path` must be finite. Received: NaN or infinity in 20 of 20 rows, the first is row 0",
        ),
        (X, Y * 0, {}, "`data.path` must be of at least two classes."),
        (X[:0], Y[:0], {}, "`data.path` must be a set with samples. Received: an empty set"),
        (X, Y, {"shape": (3,)}, "`data.path` must be batches that can be read. Received: InvalidArgumentError: "),
        (
            X,
            Y,
            {"x": "z"},
            "`data.path` must be batches that can be read. Received: InvalidArgumentError: Feature: z (da",
        ),
        (
            X,
            Y,
            {"encoding": "image", "shape": (2, 1, 1)},
            "`data.path` must be batches that can be read. Received: InvalidArgumentError: ",
        ),
        (X, Y, {"batch_size": 17}, "`fit.batch_size` must be at most the number of training samples, 16. Received"),
        (
            X,
            Y,
            {"path": "b-*"},
            "`data.path` must be a file that exists, or a pattern that some file fits. Received: b",
        ),
        (X, Y, {"validation_path": "b"}, "`data.validation_path` must be a file that exists, or a pattern that some f"),
    ],
)
def test_every_mistake_has_its_line(x, y, keys, words, load, refused):
    write_tfrecord("a.tfrecord", x, y)
    assert refused(load, "tfrecord", **{"path": "a.tfrecord", "shape": (2,), "num_classes": 4, **keys}).startswith(
        words
    )


def test_a_validation_file_must_fit(load, refused):
    write_tfrecord("a.tfrecord", X, Y)
    write_tfrecord("v.tfrecord", X, Y + 1)
    line = refused(load, "tfrecord", path="a.tfrecord", validation_path="v.tfrecord", shape=(2,), num_classes=4)
    assert line.startswith("`data.validation_path` must be class ids from 0 to 3, the classes of training.")


def test_a_file_of_no_records_is_refused(load, refused, tmp_path):
    (tmp_path / "a.tfrecord").write_text("nothing of the kind" * 10)
    line = refused(load, "tfrecord", path="a.tfrecord", shape=(2,), num_classes=4)
    assert line.startswith("`data.path` must be batches that can be read. Received: DataLossError: corrupted record")


@pytest.mark.parametrize(
    ("x", "y", "encoding", "words"),
    [
        (X, Y[:-1], "float", "`x and y` must be of one length. Received: 20 inputs and 19 labels"),
        (X, Y, "raw_uint8", "`x` must be an array of uint8 for encoding raw_uint8. Received: dtype float32"),
        (X, Y / 2, "float", "`y` must be an array of integers. Received: dtype float64"),
    ],
)
def test_what_cannot_be_written_is_refused(x, y, encoding, words, refused, tmp_path):
    assert refused(write_tfrecord, tmp_path / "a.tfrecord", x, y, encoding=encoding) == words
    assert not (tmp_path / "a.tfrecord").exists()


def test_other_programs_read_what_is_written(tmp_path):
    write_tfrecord(tmp_path / "a.tfrecord", X, Y)
    (first, *_) = tf.data.TFRecordDataset(str(tmp_path / "a.tfrecord")).as_numpy_iterator()
    features = tf.train.Example.FromString(first).features.feature
    assert list(features["x"].float_list.value) == [0.0, 1.0]
    assert list(features["y"].int64_list.value) == [0]


def test_files_in_turn_cached_and_through_a_small_buffer(load):
    for part in range(4):
        write_tfrecord(f"part-{part}.tfrecord", X[part::4], Y[part::4])
    keys = {"path": "part-*.tfrecord", "shape": (2,), "num_classes": 4, "validation_split": 0.4, "batch_size": 5}
    plain = load("tfrecord", **keys)
    for cache in (None, "memory", "disk"):
        data = load("tfrecord", **keys, parallel_files=3, cache=cache, shuffle_buffer=1, prefetch=1)
        for split, whole in ((data.train, plain.train), (data.validation, plain.validation)):
            x, y = gathered(split)
            assert (x[:, 0] // 2 % 4 == y).all()
            assert len(x) == len(gathered(whole)[0])
            # A buffer of one draws nothing.
            assert (gathered(split)[0] == x).all()
        rows = np.concatenate([gathered(data.train)[0], gathered(data.validation)[0]])
        assert sorted(rows[:, 0]) == X[:, 0].tolist()
