from keras_stable.diagnosis.facts import LayerOutput, NonfiniteOrigin
from keras_stable.diagnosis.rules.step.nonfinite_activations import nonfinite_activations

SOUND = LayerOutput("first")
SOURCE = LayerOutput("log", nonfinite=3, nonfinite_rows=(4, 7))
SPREAD = LayerOutput("readout", nonfinite=500, input_nonfinite=3)


def test_the_first_layer_in_data_flow_order(learning):
    (only,) = nonfinite_activations.run({"activations": (SOUND, SOURCE, SPREAD), "learning": learning("diverging")})
    assert (only.severity, only.where) == ("error", "log")
    assert only.message == "The output of log holds 3 NaN or infinite values, in samples 4, 7."


def test_values_that_come_in(learning):
    (only,) = nonfinite_activations.run({"activations": (SPREAD,), "learning": learning("diverging")})
    assert only.where == "readout"
    assert only.message.endswith("They come in with its inputs.")


def test_a_mask_of_minus_infinity_inside(found, learning):
    activations = (SOUND, SOURCE, LayerOutput("readout"))
    assert found(nonfinite_activations, activations=activations, learning=learning()) == [("advice", "log")]


def test_finite_values(found, learning):
    assert not found(nonfinite_activations, activations=(SOUND,), learning=learning("diverging"), origin=None)
    assert not found(nonfinite_activations, activations=(), learning=learning())


def test_where_it_began():
    origin = NonfiniteOrigin(step=12, layer="log", batch=4, rows=(3, 7), operation="log of 0")
    (only,) = nonfinite_activations.run({"origin": origin, "activations": (SOUND,)})
    assert only.where == "log"
    assert only.message == (
        "In step 12 of a short training, the output of log is the first to hold a NaN or infinite value "
        "(batch 4, samples 3, 7): log of 0."
    )


def test_weights_and_other_places(found):
    weights = NonfiniteOrigin(step=-1, where="weights", layer="dense", variable="dense/kernel")
    (only,) = nonfinite_activations.run({"origin": weights})
    assert only.message == "Before training, the weight dense/kernel is the first to hold a NaN or infinite value."
    assert not found(nonfinite_activations, origin=NonfiniteOrigin(where="gradients"))
    assert not found(nonfinite_activations, origin=NonfiniteOrigin(where="loss", layer=""))
