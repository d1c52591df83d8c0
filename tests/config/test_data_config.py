import pytest


@pytest.mark.parametrize(("given", "missing"), [("validation_x", "validation_y"), ("validation_y", "validation_x")])
def test_validation_arrays_are_named_together(given, missing, mistakes):
    assert mistakes(f"data: {{kind: npz, path: a.npz, {given}: a}}") == [
        f"c.yaml:1: `data.{missing}` must be given together with `data.{given}`. Received: data.{missing}=null"
    ]


@pytest.mark.parametrize("shape", ["[784]", "[28, 28]", "[28, 28, 2]"])
def test_an_encoded_image_has_channels(shape, mistakes):
    text = f"data: {{kind: tfrecord, path: a, num_classes: 2, encoding: image, shape: {shape}}}"
    assert mistakes(text) == [
        "c.yaml:1: `data.shape` must be [height, width, channels] with 1, 3 or 4 channels for encoding image. "
        f"Received: data.shape={shape}"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{kind: sklearn, name: wine}",
        "{kind: npz, path: a.npz, validation_x: a, validation_y: b}",
        "{kind: csv, path: a.csv, label: species}",
        "{kind: image_folder, path: a, image_size: [28, 28], color_mode: grayscale}",
        "{kind: tfrecord, path: a-*, shape: [4], num_classes: 2, encoding: raw_uint8}",
        "{kind: keras, name: cifar10}",
        "{kind: python, target: 'a.b:c'}",
    ],
)
def test_every_kind_loads(text, load):
    config = load(f"data: {text}")
    assert config.data.kind in text
    assert config.data.validation_split == 0.2
    assert config.data.input_scale == 1.0
