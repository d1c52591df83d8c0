import pytest

from keras_stable.diagnosis.facts import Labels, Layer, Learning, Output, Structure
from keras_stable.diagnosis.rules.compile._case import cases
from keras_stable.diagnosis.rules.compile._endings import activation_edits, ending, loss_edit

NUMBER = Output(activation="linear", width=1, shape=(1,), loss="mean_squared_error")


def case(output=NUMBER, last=None, several=False):
    structure = None if last is None else Structure(layers=(Layer("dense"), last))
    others = [Output("other")] if several else []
    return next(cases([output, *others], [Labels()], Learning(), structure=structure))


def said(edits):
    return None if edits is None else [str(edit) for edit in edits]


def test_words_and_edits_say_the_same():
    cure = ending(case(), 3, "softmax", "sparse_categorical_crossentropy")
    assert cure.text == 'End with `Dense(3, activation="softmax")` and take `loss="sparse_categorical_crossentropy"`.'
    assert said(cure.edits) == [
        'layer:readout: activation="softmax"',
        "layer:readout: units=3",
        'loss: replace by "sparse_categorical_crossentropy"',
    ]


def test_what_is_so_already_is_not_changed():
    assert said(ending(case(), 1, "", "mean_squared_error").edits) == []
    assert said(ending(case(), 1, "sigmoid").edits) == ['layer:readout: activation="sigmoid"']


@pytest.mark.parametrize(
    ("last", "activation", "expected"),
    [
        (Layer("readout", "Dense"), "sigmoid", ['layer:readout: activation="sigmoid"']),
        (Layer("readout", "Activation", "activation"), "", ['layer:readout: activation="linear"']),
        (Layer("readout", "ReLU", "activation"), "", ["layer:readout: remove"]),
        (
            Layer("readout", "ReLU", "activation"),
            "softmax",
            ['layer:readout: replace by keras.layers.Activation("softmax")'],
        ),
        (Layer("readout", "Flatten", "shape"), "softmax", None),
    ],
)
def test_the_last_activation(last, activation, expected):
    output = Output(activation="relu", layer="readout")
    assert said(activation_edits(case(output, last), activation)) == expected


def test_one_edit_that_cannot_be_made_leaves_none():
    assert ending(case(last=Layer("readout", "Flatten", "shape")), 1, "sigmoid", "binary_crossentropy").edits == ()
    wide = Output(learnt_layer="embedding", layer="embedding", activation="linear")
    assert ending(case(wide, Layer("embedding", "Embedding")), 3, "", "mean_squared_error").edits == ()


def test_a_loss_of_one_of_several_outputs():
    assert said(loss_edit(case(several=True), "huber")) == ['loss:output: replace by "huber"']
    raw = Output(from_logits=True)
    assert said(loss_edit(case(raw), "")) == ['loss: replace by "sparse_categorical_crossentropy"']
    assert said(loss_edit(case(), "binary_crossentropy", from_logits=True)) == [
        "loss: replace by keras.losses.BinaryCrossentropy(from_logits=True)"
    ]
    assert loss_edit(case(Output(loss="custom", from_logits=True)), "") == ()
