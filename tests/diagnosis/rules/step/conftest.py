import pytest

from keras_stable.diagnosis.facts import Gradients, VariableGradient


@pytest.fixture
def found():
    """Returns the findings of a rule as (severity, where) pairs."""

    def run(rule, **evidence):
        return [(each.severity or rule.severity, each.where) for each in rule.run(evidence)]

    return run


@pytest.fixture
def gradients():
    """Returns the gradients of a stack of Dense layers, of which the last is the readout, from its kernels' norms."""

    def stack(*norms, **changed):
        layers = [f"dense_{place}" for place in range(len(norms))]
        variables = []
        for place, (layer, norm) in enumerate(zip(layers, norms, strict=True)):
            part = "readout" if place == len(norms) - 1 else "encoder"
            common = {"layer": layer, "depth": place, "part": part, "zero": norm == 0.0}
            variables.append(
                VariableGradient(f"{layer}/kernel", norms=(norm,) * 3, mean_abs=norm / 1e3, size=4096, **common)
            )
            variables.append(VariableGradient(f"{layer}/bias", norms=(norm / 8,) * 3, size=64, **common))
        total = sum(norm**2 for norm in norms) ** 0.5
        return Gradients(**{"variables": tuple(variables), "global_norms": (total,) * 3, **changed})

    return stack
