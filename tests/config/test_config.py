import pytest

DIGITS = "data: {kind: sklearn, name: digits}\n"
IRIS = "data: {kind: sklearn, name: iris}\n"
CSV = "data: {kind: csv, path: a.csv}\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            f"{DIGITS}fit: {{epochs: 3}}\noptimizer: {{warmup_epochs: 3}}\n",
            "c.yaml:3: `optimizer.warmup_epochs` must be less than `fit.epochs`, which is 3. "
            "Received: optimizer.warmup_epochs=3.0",
        ),
        (
            f"{IRIS}model: {{encoder: conv}}\n",
            "c.yaml:2: `model.encoder` must be mlp or module for the flat rows of this sklearn data. "
            "Received: model.encoder='conv'",
        ),
        (
            f"{CSV}augmentation:\n- {{layer: GaussianNoise, stddev: 1}}\n- {{layer: RandomFlip}}\n",
            "c.yaml:4: `augmentation.1.layer` must be GaussianNoise for the flat rows of this csv data. "
            "Received: augmentation.1.layer='RandomFlip'",
        ),
    ],
)
def test_sections_that_cannot_work_together(text, line, mistakes):
    assert mistakes(text) == [line]


def test_sections_that_can_work_together(load):
    config = load("data: {kind: npz, path: a}\nmodel: {encoder: conv}\naugmentation: [{layer: RandomFlip}]\n")
    assert load(f"{DIGITS}model: {{encoder: conv}}\n").model.encoder == "conv"
    assert config.augmentation[0].arguments == {}
