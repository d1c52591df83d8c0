import pytest

from keras_stable.diagnosis.facts import FrozenStatistics, Input, Layer, Structure
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.program.preprocessed_twice import preprocessed_twice

SCALED = Structure(
    layers=(
        Layer("flip", "RandomFlip", "preprocessing", ("input",)),
        Layer("scale", "Rescaling", "preprocessing", ("flip",)),
        Layer("conv", "Conv2D", inputs=("scale",)),
    )
)
PLAIN = Structure(layers=(Layer("conv", "Conv2D", inputs=("input",)),))


def behind(kind, role):
    return Structure(layers=(Layer("before", kind, role, ("input",)), Layer("conv", "Conv1D", inputs=("before",))))


def pixels(maximum, std, entering_std, minimum=0.0, **more):
    return Input(minimum=minimum, maximum=maximum, std=std, entering_std=entering_std, consumer="Conv2D", **more)


@pytest.fixture
def judged(severity, learning):
    def run(data, structure=SCALED, statistics=(), state="unknown", **more):
        evidence = {"inputs": (data,), "structure": structure, "frozen_statistics": statistics}
        return severity(preprocessed_twice, learning=learning(state, **more), **evidence)

    return run


@pytest.mark.parametrize(
    ("data", "structure", "expected"),
    [
        (pixels(1.0, 0.3, 0.3 / 255), SCALED, "warning"),
        (pixels(1.0, 0.3, 0.3 / 127.5, entering_mean=-0.998), SCALED, "warning"),
        (pixels(1.0, 0.5, 0.5 / 255, minimum=-1.0), SCALED, "warning"),
        (pixels(255.0, 80.0, 80 / 255), SCALED, None),
        (pixels(1.0, 0.3, 0.3), PLAIN, None),
        (pixels(1.0, 0.3, 0.3 / 255), PLAIN, "warning"),  # divided by an operation, which is no layer
        (pixels(1.0, 0.3, 0.3 / 255), behind("GlobalAveragePooling1D", "pooling"), None),  # a mean of noise
        (pixels(1.0, 0.3, 0.3 / 255), behind("Normalization", "normalization"), None),  # unadapted-normalization's
        (pixels(1.0, 0.01, 0.01 / 255), SCALED, None),  # hardly any spread to begin with
        (pixels(1.0, 0.3, 0.06), SCALED, None),
    ],
)
def test_scaled_by_a_layer_that_is_not_needed(judged, data, structure, expected):
    assert judged(data, structure) == expected


@pytest.mark.parametrize(
    ("statistics", "expected"),
    [
        ((FrozenStatistics(shift=8.0),), "warning"),
        ((FrozenStatistics(spread=0.004),), "warning"),
        ((FrozenStatistics(spread=200.0),), "warning"),
        ((FrozenStatistics(shift=0.8, spread=0.5),), None),
        ((FrozenStatistics(shift=8.0, first=False),), None),
        ((FrozenStatistics(shift=float("nan")),), None),
    ],
)
def test_inputs_of_another_scale_than_a_frozen_network_knows(judged, statistics, expected):
    assert judged(Input(), PLAIN, statistics) == expected


def test_a_trained_model_that_serves(judged):
    solved = {"last": 0.1, "constant_loss": 2.3, "source": "history"}
    assert judged(Input(), PLAIN, (FrozenStatistics(shift=8.0),), "learning", **solved) == "advice"


def test_it_names_the_layer_to_take_out(learning):
    evidence = {"inputs": (pixels(1.0, 0.3, 0.001),), "structure": SCALED, "learning": learning("stuck")}
    (found,) = preprocessed_twice.run(evidence)
    assert found.where == "scale"
    assert "Take out scale" in found.remedy
    (found,) = preprocessed_twice.run(evidence | {"structure": PLAIN})
    assert (found.where, found.remedy[:31]) == ("input", "Take the scaling out of the mod")


def test_without_inputs(severity, learning):
    with pytest.raises(Skip, match="no inputs"):
        severity(preprocessed_twice, inputs=(), structure=PLAIN, learning=learning())
