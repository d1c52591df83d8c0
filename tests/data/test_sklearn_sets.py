import numpy as np
import pytest


@pytest.mark.parametrize(
    ("name", "samples", "shape", "names"),
    [
        ("digits", 1797, (8, 8), tuple("0123456789")),
        ("iris", 150, (4,), ("setosa", "versicolor", "virginica")),
        ("wine", 178, (13,), ("class_0", "class_1", "class_2")),
        ("breast_cancer", 569, (30,), ("malignant", "benign")),
    ],
)
def test_a_set_is_loaded_and_split(name, samples, shape, names, load):
    data = load("sklearn", name=name)
    assert len(data.train.x) + len(data.validation.x) == samples
    assert (data.input_shape, data.class_names, data.num_classes) == (shape, names, len(names))
    assert data.train.x.dtype == np.float32
    assert abs(len(data.validation.x) / samples - 0.2) < 0.01


def test_the_seed_decides_the_split(load):
    first, again, other = (load("sklearn", name="iris", seed=seed).train.x for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()
