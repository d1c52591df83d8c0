from dataclasses import replace

from keras_stable.diagnosis.rules.step.disconnected_variables import disconnected_variables


def cut(gradients, *layers):
    return replace(
        gradients,
        variables=tuple(
            replace(each, received=False, norms=()) if each.layer in layers else each for each in gradients.variables
        ),
    )


def test_an_unused_layer(found, gradients, learning):
    lost = cut(gradients(1.0, 1.0, 1.0), "dense_1")
    for state in ("learning", "stuck", "unknown"):
        assert found(disconnected_variables, gradients=lost, learning=learning(state)) == [("warning", "dense_1")]


def test_an_encoder_behind_stop_gradient(gradients, learning):
    lost = cut(gradients(1.0, 1.0, 1.0), "dense_0", "dense_1")
    (only,) = disconnected_variables.run({"gradients": lost, "learning": learning("stuck")})
    assert (only.severity, only.where) == ("error", "dense_0")
    assert only.evidence == {"disconnected": 4, "variables": 6}
    assert only.message == (
        "4 of 6 variables get no gradient (4 of 4 before the readout, 0 of 2 of the readout): "
        "dense_0/kernel, dense_0/bias, dense_1/kernel, dense_1/bias."
    )


def test_every_variable_is_an_error_whatever_was_seen(found, gradients, learning):
    lost = cut(gradients(1.0, 1.0, 1.0), "dense_0", "dense_1", "dense_2")
    assert found(disconnected_variables, gradients=lost, learning=learning()) == [("error", "dense_0")]


def test_zero_is_not_missing(found, gradients, learning):
    assert not found(disconnected_variables, gradients=gradients(0.0, 1.0), learning=learning("stuck"))
