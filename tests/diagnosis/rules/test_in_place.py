"""A remedy that a program has in place is not advised again."""

import pytest

from keras_stable.diagnosis.facts import (
    Compiled,
    Evaluation,
    Features,
    Gradients,
    History,
    Input,
    Layer,
    LayerOutput,
    Learning,
    OutputEvaluation,
    Plan,
    Probe,
    Structure,
)
from keras_stable.diagnosis.rules import find_rule

CLIPPED = Compiled("adamw", clipvalue=10.0, global_clipnorm=0.5)
EVIDENCE = {
    "exploding-gradients": {"gradients": Gradients(global_norms=(5e3,) * 3), "learning": Learning("stuck")},
    "diverging-loss": {"history": History(loss=(2.0, 1.0, 9.0)), "learning": Learning("diverging")},
    "loss-spike": {"history": History(loss=(2.0, 1.5, 1.2, 6.0, 5.0, 4.0)), "learning": Learning("stuck")},
    "nonfinite-loss": {"history": History(loss=(2.0, float("nan")))},
}


@pytest.mark.parametrize("slug", EVIDENCE)
def test_a_clip(slug):
    rule = find_rule(slug)

    def advised(compiled):
        [finding] = rule.run({**EVIDENCE[slug], "compiled": compiled})
        return finding.remedy or rule.remedy

    assert "clipnorm" in advised(Compiled())
    assert "clipnorm" in advised(Compiled(clipvalue=10.0))
    assert "clipnorm" not in advised(CLIPPED)
    assert advised(CLIPPED)


def test_an_initializer_that_counts():
    layer = Layer(inputs=("input",), initializer="GlorotUniform")
    evidence = {
        "structure": Structure(layers=(layer,)),
        "activations": (LayerOutput(mean=0.0, std=30.0),),
        "inputs": (Input(),),
        "plan": Plan(),
        "learning": Learning("stuck"),
    }
    [finding] = find_rule("initializer-mismatch").run(evidence)
    assert "glorot" not in finding.remedy


def test_features_that_are_normalized():
    large = {"features": Features(maximum=1e4, normalized=True), "learning": Learning("stuck")}
    [finding] = find_rule("unnormalized-features").run(large)
    assert "Put" not in finding.remedy


def test_weights_of_classes():
    output = OutputEvaluation(label_counts=((0, 50), (1, 50)), recall=((0, 0.9), (1, 0.0)))
    evidence = {"evaluation": Evaluation(outputs=(output,)), "learning": Learning(), "probe": Probe()}
    [finding] = find_rule("never-predicted-class").run({**evidence, "plan": Plan(trained=True, class_weight=True)})
    assert "class_weight" not in finding.remedy
