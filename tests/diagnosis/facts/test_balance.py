import math

from keras_stable.diagnosis.facts import Balance, OutputEvaluation, OutputShare
from keras_stable.diagnosis.facts.balance import skill


def test_skill_is_what_a_constant_answer_has_not():
    assert skill(OutputEvaluation(accuracy=0.5, majority_share=0.5)) == 0
    assert skill(OutputEvaluation(accuracy=1.0, majority_share=0.9)) == 1
    assert skill(OutputEvaluation(task="regression", accuracy=math.nan, r2=-0.5)) == -0.5
    assert math.isnan(skill(OutputEvaluation(accuracy=1.0, majority_share=1.0)))


def test_uneven_is_an_output_that_has_not_learnt():
    strong = OutputShare("a", gradient=50.0)
    assert Balance((strong, OutputShare("b", gradient=5.0, skill=0.2))).uneven
    assert not Balance((strong, OutputShare("b", gradient=5.1, skill=0.2))).uneven
    assert not Balance((strong, OutputShare("b", gradient=1.0, skill=0.95))).uneven
