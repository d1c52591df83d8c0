import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.data.prepared_batches import prepared

X = np.arange(24.0).reshape(12, 2)
Y = np.arange(12) % 3


def dataset(x=X, y=Y):
    return tf.data.Dataset.from_tensor_slices((x, y)).batch(5)


class Batches(keras.utils.PyDataset):
    """Arrays in batches; counts the epochs it is told of."""

    def __init__(self, x=X, y=Y, batch=5):
        super().__init__()
        self.x, self.y, self.batch, self.epochs = x, y, batch, 0

    def __len__(self):
        return -(-len(self.x) // self.batch)

    def __getitem__(self, index):
        part = slice(index * self.batch, (index + 1) * self.batch)
        return self.x[part], self.y[part]

    def on_epoch_begin(self):
        self.epochs += 1


def first(split):
    x, y = next(iter(split.x)) if isinstance(split.x, tf.data.Dataset) else split.x[0]
    return np.asarray(x), np.asarray(y)


@pytest.mark.parametrize("make", [dataset, Batches])
@pytest.mark.parametrize("dtype", ["uint8", "int32", "float16", "float64"])
@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_inputs_are_scaled_as_in_float64_and_rounded_once(make, dtype, scale):
    x, _ = first(prepared(make(X.astype(dtype)), (2,), scale))
    assert x.dtype == (np.uint8 if dtype == "uint8" and scale == 1 else np.float32)
    np.testing.assert_array_equal(x, (X[:5] * scale).astype(x.dtype))


@pytest.mark.parametrize("make", [dataset, Batches])
@pytest.mark.parametrize(
    "y", [Y, Y.astype("float32"), Y[:, None], np.eye(3)[Y]], ids=["ids", "floats", "column", "one-hot"]
)
def test_labels_of_every_form_become_class_ids(make, y):
    _, labels = first(prepared(make(y=y), (2,), 1.0))
    assert labels.dtype == np.int64
    assert labels.tolist() == Y[:5].tolist()


def test_fit_takes_both_and_tells_a_pydataset_of_its_epochs():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    batches = Batches(X / 100)
    for split in (prepared(dataset(X / 100), (2,), 1.0), prepared(batches, (2,), 1.0)):
        history = model.fit(split.x, epochs=2, verbose=0)
        assert np.isfinite(history.history["loss"]).all()
    assert batches.epochs == 2
