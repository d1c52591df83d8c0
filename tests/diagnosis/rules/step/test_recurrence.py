import pytest

from keras_stable.diagnosis.facts import Features, Gradients, Layer, Structure, VariableGradient
from keras_stable.diagnosis.rules.step._recurrence import recurrent_remedy
from keras_stable.diagnosis.rules.step.feature_collapse import feature_collapse
from keras_stable.diagnosis.rules.step.vanishing_gradients import vanishing_gradients

RECURRENT = Structure(layers=(Layer("lstm", "LSTM"), Layer("readout")))
VANISHED = Gradients(
    (VariableGradient("lstm/kernel", "lstm", norms=(1e-9,) * 3, mean_abs=1e-12), VariableGradient(part="readout")),
    (1.0, 1.0, 1.0),
)


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "Bidirectional", "Dense", "Conv1D"])
def test_which_layers_forget(kind):
    told = recurrent_remedy(Structure(layers=(Layer("layer", kind), Layer("readout"))))
    assert (told is not None) == (kind not in ("Dense", "Conv1D"))
    assert recurrent_remedy(None) is None


@pytest.mark.parametrize(
    ("rule", "evidence"),
    [(feature_collapse, {"features": Features(distance=1e-5)}), (vanishing_gradients, {"gradients": VANISHED})],
)
def test_no_cure_of_dense_layers_for_a_recurrent_one(learning, rule, evidence):
    evidence = {"learning": learning("stuck"), **evidence}
    (plain,) = rule.run(evidence)
    assert plain.remedy is None
    (told,) = rule.run(evidence | {"structure": RECURRENT})
    assert "mask padding" in told.remedy
    assert "he_normal" not in told.remedy
