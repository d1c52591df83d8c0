import numpy as np
import pytest
from PIL import Image

COLORS = {"ant": (255, 0, 0), "bee": (0, 255, 0), "cat": (0, 0, 255)}


@pytest.fixture
def folder(tmp_path):
    """Writes images of one colour for each class, in several formats and sizes."""

    def write(name="images", classes=COLORS, count=5):
        for label, color in classes.items():
            directory = tmp_path / name / label
            directory.mkdir(parents=True)
            for index in range(count):
                suffix = (".png", ".JPG", ".bmp", ".gif", ".jpeg")[index % 5]
                Image.new("RGB", (6 + index, 7), color).save(directory / f"{index}{suffix}")
        return tmp_path / name

    return write


def gathered(split):
    parts = [(x.numpy(), y.numpy()) for x, y in split.x]
    return np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts])


def test_images_are_split_in_classes_resized_and_shuffled(folder, load):
    root = folder()
    (root / "ant" / "notes.txt").write_text("no image")
    (root / ".cache").mkdir()
    data = load("image_folder", path="images", image_size=(4, 3))
    assert (data.input_shape, data.num_classes, data.class_names) == ((4, 3, 3), 3, ("ant", "bee", "cat"))
    assert data.class_counts.tolist() == [4, 4, 4]
    x, y = gathered(data.train)
    other, other_y = gathered(data.train)
    validation, validation_y = gathered(data.validation)
    assert x.dtype == np.float32
    assert (x.shape, sorted(validation_y)) == ((12, 4, 3, 3), [0, 1, 2])
    assert (y.tolist() != other_y.tolist()) or (x != other).any()
    for images, labels in ((x, y), (validation, validation_y)):
        assert (images.mean(axis=(1, 2)).argmax(axis=1) == labels).all()
        assert (images.max(axis=(1, 2, 3)) > 250).all()
    _, all_y = gathered(load("image_folder", path="images", image_size=(4, 3), validation_path="images").validation)
    assert all_y.tolist() != sorted(all_y)


def test_grayscale_a_scale_and_a_validation_directory(folder, load):
    folder()
    folder("other", {"cat": (255, 255, 255)}, 2)
    data = load(
        "image_folder",
        path="images",
        image_size=(4, 4),
        color_mode="grayscale",
        validation_path="other",
        input_scale=1 / 255,
    )
    x, y = gathered(data.validation)
    assert data.input_shape == (4, 4, 1)
    assert data.class_counts.tolist() == [5, 5, 5]
    assert y.tolist() == [2, 2]
    np.testing.assert_allclose(x, 1, atol=0.02)


def test_directories_that_are_no_image_folder(folder, load, refused, tmp_path):
    keys = {"path": "images", "image_size": (4, 4)}
    assert refused(load, "image_folder", **keys).startswith("`data.path` must be a directory that exists. Received: im")
    root = folder(classes={"ant": COLORS["ant"]})
    line = refused(load, "image_folder", **keys)
    assert line == "`data.path` must be of at least two classes. Received: class 0 in all 4 rows"
    (root / "bee").mkdir()
    assert refused(load, "image_folder", **keys) == (
        "`data.path` must be a directory with images (.bmp .gif .jpeg .jpg .png) for each class. "
        "Received: images with none for 1 of 2 classes, the first is bee"
    )
    (tmp_path / "flat").mkdir()
    assert refused(load, "image_folder", path="flat", image_size=(4, 4)) == (
        "`data.path` must be a directory with one directory for each class. Received: flat without any"
    )


def test_images_that_cannot_be_read_are_counted_and_the_first_is_named(folder, load, refused):
    root = folder()
    (root / "ant" / "x.png").write_bytes(b"no image")
    (root / "bee" / "0.png").write_bytes((root / "bee" / "1.JPG").read_bytes()[:100])
    (root / "cat" / "y.png").touch()
    line = refused(
        load, "image_folder", path="images", image_size=(4, 4), validation_path="images", validation_split=0.5
    )
    assert line.startswith(
        "`data.path` must be images that can be read. Received: 3 of 17 files that cannot, the first is "
        "images/ant/x.png: InvalidArgumentError: Unknown image file format."
    )


def test_images_that_cannot_be_read_may_be_skipped(folder, load):
    root = folder()
    (root / "ant" / "0.png").write_bytes(b"no image")
    (root / "bee" / "1.JPG").write_bytes(b"")
    with pytest.warns(UserWarning, match=r"2 images are left out, the first is .*(0\.png|1\.JPG)"):
        data = load("image_folder", path="images", image_size=[4, 4], on_error="skip")
    assert sorted(line.split(":")[0].rsplit("/", 1)[1] for line in data.skipped) == ["0.png", "1.JPG"]
    assert len(gathered(data.train)[1]) + len(gathered(data.validation)[1]) == 13


def test_a_batch_above_the_number_of_images_is_refused(folder, load, refused):
    folder()
    line = refused(load, "image_folder", path="images", image_size=(4, 4), batch_size=13)
    assert line.startswith("`fit.batch_size` must be at most the number of training samples, 12. Received")


def test_a_validation_directory_must_fit(folder, load, refused, tmp_path):
    folder()
    folder("other", {"dog": (1, 1, 1), "ant": (1, 1, 1)})
    (tmp_path / "empty").mkdir()
    keys = {"path": "images", "image_size": (4, 4)}
    assert refused(load, "image_folder", validation_path="other", **keys) == (
        "`data.validation_path` must be a directory with classes that training has. "
        "Received: other with 1 others, the first is dog"
    )
    assert refused(load, "image_folder", validation_path="empty", **keys).endswith("Received: empty with none")
    assert "`data.validation_path` must be a directory that exists" in refused(
        load, "image_folder", validation_path="none", **keys
    )


@pytest.mark.parametrize("cache", ["memory", "disk"])
def test_cached_images_are_read_once_and_shuffled_anew(folder, load, cache):
    root = folder()
    data = load("image_folder", path="images", image_size=(4, 3), cache=cache, prefetch=1)
    (x, y), (validation, _) = gathered(data.train), gathered(data.validation)
    for path in root.rglob("*.*"):
        path.unlink()
    other, other_y = gathered(data.train)
    assert (gathered(data.validation)[0] == validation).all()
    assert sorted(other.sum(axis=(1, 2, 3))) == sorted(x.sum(axis=(1, 2, 3)))
    assert (other.mean(axis=(1, 2)).argmax(axis=1) == other_y).all()
    assert (y.tolist() != other_y.tolist()) or (x != other).any()
