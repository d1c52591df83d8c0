import math

from keras_stable.diagnosis.facts import Gradients, VariableGradient
from keras_stable.diagnosis.rules.step._layer_norms import layer_norms, median, peak


def test_kernels_of_a_layer_are_taken_together_in_data_flow_order():
    variables = (
        VariableGradient("gru/kernel", "gru", depth=1, norms=(3.0, 3.0, 9.0), mean_abs=1.0, size=10),
        VariableGradient("gru/recurrent_kernel", "gru", depth=1, norms=(4.0,), mean_abs=4.0, size=20),
        VariableGradient("gru/bias", "gru", depth=1, norms=(100.0,)),
        VariableGradient("first/kernel", "first", depth=0, norms=(1.0,)),
        VariableGradient("lost/kernel", "lost", depth=2, received=False, norms=()),
        VariableGradient("silent/kernel", "silent", depth=3, zero=True, norms=(0.0,)),
    )
    first, gru = layer_norms(Gradients(variables))
    assert (first.layer, gru.layer, gru.norm, gru.mean_abs) == ("first", "gru", 5.0, 3.0)


def test_figures_that_are_not_finite_are_left_out():
    assert median(()) != median(())
    assert median((math.inf, 2.0)) == peak((math.nan, 2.0)) == 2.0
    assert math.isnan(peak((math.nan,)))
