import pytest

from keras_stable.diagnosis.facts import Compiled, Layer, Structure
from keras_stable.diagnosis.rules import _edits as edits


def said(changes):
    return [str(edit) for edit in changes]


def test_a_layer_that_is_not_known_has_no_edit():
    assert edits.layer_argument("", "units", "3") == ()
    assert said(edits.layer_argument("a/b", "units", "3")) == ["layer:a/b: units=3"]


@pytest.mark.parametrize(
    ("compiled", "expected"),
    [
        (Compiled(learning_rate=0.02), ["optimizer: learning_rate=0.002"]),
        (Compiled(learning_rate=0.02, schedule="CosineDecay"), []),
        (Compiled(learning_rate=0.0), []),
        (None, []),
    ],
)
def test_a_tenth_of_the_rate(compiled, expected):
    assert said(edits.tenfold(compiled, 0.1)) == expected


def test_optimizers_of_this_package_take_several_clips():
    assert said(edits.clipping(Compiled(clipnorm=1.0), 0.5))[1:] == ["optimizer: clipnorm=None"]
    assert len(edits.clipping(Compiled(clipvalue=1.0, guarded=True), 0.5)) == len(edits.clipping(None, 0.5)) == 1


def test_classes_without_samples_get_no_weight():
    assert said(edits.class_weights([(0, 30), (1, 0), (2, 10)])) == ["fit: class_weight={0: 0.667, 2: 2}"]


def test_only_what_follows_slowly_gets_another_momentum():
    layers = [Layer(str(k), "BatchNormalization", config={"momentum": k / 100}) for k in (80, 90, 99)]
    assert said(edits.momentum([*layers, Layer("d"), Layer("plain", "BatchNormalization")])) == [
        "layer:99: momentum=0.9",
        "layer:plain: momentum=0.9",
    ]


def test_relu_is_for_hidden_layers_that_squash():
    layers = (Layer("a", activation="sigmoid"), Layer("b"), Layer("c", "LSTM"), Layer("d", activation="sigmoid"))
    expected = ['layer:a: activation="relu"', 'layer:a: kernel_initializer="he_normal"']
    assert said(edits.relu(Structure(layers=layers))) == expected
    assert said(edits.relu(Structure(layers=layers), ["d"])) == expected
    assert edits.relu(None) == ()
