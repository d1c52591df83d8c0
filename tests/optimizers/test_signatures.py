"""Every guarded class takes the arguments of its Keras class, in their order."""

import inspect

import keras
import pytest

import keras_stable
from keras_stable import errors
from keras_stable.optimizers import guard
from keras_stable.optimizers.signatures import GUARD_ARGUMENTS, stock_class

ours = keras_stable.optimizers
MUON = pytest.param(
    ours.Muon,
    marks=pytest.mark.skipif(
        "rms_rate" not in inspect.signature(keras.optimizers.Muon).parameters,
        reason="the Muon of this Keras has fewer arguments",
    ),
)
WRITTEN_OUT = [ours.AdamW, ours.Adam, ours.SGD, ours.Lion, MUON]
CHANGED = {"clipvalue": 10.0, "global_clipnorm": 0.5}


def stock_of(guarded):
    return getattr(keras.optimizers, guarded.__name__)


def parameters_of(optimizer_class):
    return {
        parameter.name: parameter
        for parameter in inspect.signature(optimizer_class).parameters.values()
        if parameter.kind is not parameter.VAR_KEYWORD
    }


def by_position(parameters):
    return [name for name, parameter in parameters.items() if parameter.kind is parameter.POSITIONAL_OR_KEYWORD]


def assert_the_signature_of(guarded, stock, changed):
    own, keras_own = parameters_of(guarded), parameters_of(stock)
    defaults = {name: parameter.default for name, parameter in keras_own.items()}
    assert by_position(own) == by_position(keras_own)
    assert {name: own[name].default for name in defaults} == {**defaults, **changed}
    assert list(own)[len(defaults) :] == list(GUARD_ARGUMENTS)
    assert [own[name].default for name in GUARD_ARGUMENTS] == [None, None, 1024, (), None, None, None]


@pytest.mark.parametrize("guarded", WRITTEN_OUT)
def test_the_signature_is_that_of_keras(guarded):
    changed = dict(CHANGED)
    if guarded is ours.AdamW:
        changed["weight_decay"] = 1e-4
    # Before 3.15 Keras writes the names out: "adam".
    changed["name"] = None
    assert_the_signature_of(guarded, stock_of(guarded), changed)
    assert all(parameter.annotation is not parameter.empty for parameter in parameters_of(guarded).values())


@pytest.mark.parametrize("stock", [keras.optimizers.RMSprop, keras.optimizers.Ftrl, keras.optimizers.Adadelta])
def test_so_is_that_of_a_class_that_guard_makes(stock):
    assert_the_signature_of(guard(stock), stock, CHANGED)


SPECIAL = {
    "name": "mine",
    "exclude_layers": ["readout"],
    "gradient_accumulation_steps": 4,
    "ema_overwrite_frequency": 7,
}


def a_value_of(name, default):
    if name in SPECIAL:
        return SPECIAL[name]
    if isinstance(default, bool):
        return not default
    return 3 if isinstance(default, int) and name != "adam_lr_ratio" else 0.25


@pytest.mark.parametrize("guarded", [*WRITTEN_OUT, guard(keras.optimizers.RMSprop), guard(keras.optimizers.Nadam)])
def test_every_argument_by_position_arrives(guarded):
    parameters = parameters_of(guarded)
    values = {name: a_value_of(name, parameters[name].default) for name in by_position(parameters)}
    config = guarded(*values.values(), zclip=2.5, history_size=8).get_config()
    for name, value in values.items():
        assert config[name] == (pytest.approx(value) if isinstance(value, float) else value), name
    assert (config["zclip"], config["history_size"], config["agc_clipping"]) == (2.5, 8, None)


def test_the_arguments_that_keras_users_give_by_position():
    assert ours.SGD(0.01, 0.9).momentum == 0.9
    assert (ours.Adam(1e-3, 0.8).beta_1, ours.Lion(1e-3, 0.8).beta_1) == (0.8, 0.8)
    optimizer = ours.AdamW(1e-3, 1e-3, 0.8)
    assert (optimizer.weight_decay, optimizer.beta_1, optimizer.clipvalue) == (1e-3, 0.8, 10.0)


@pytest.mark.parametrize("guarded", [*WRITTEN_OUT, guard(keras.optimizers.RMSprop)])
def test_a_name_is_given_as_keras_gives_it(guarded):
    stock = type(guarded.__name__, (stock_class(guarded),), {})
    keras.backend.clear_session()
    expected = stock().name
    keras.backend.clear_session()
    assert guarded().name == expected


@pytest.mark.parametrize("guarded", [*WRITTEN_OUT, guard(keras.optimizers.RMSprop)])
def test_a_misspelt_argument_is_an_error(guarded):
    with pytest.raises((TypeError, ValueError), match="clip_value"):
        guarded(clip_value=1.0)
    with pytest.raises(TypeError, match="positional argument"):
        guarded(*range(40))


class Own(keras.optimizers.Optimizer):
    """A user's own, without an `__init__`."""

    def update_step(self, gradient, variable, learning_rate):
        variable.assign(variable - gradient)


class Sums(keras.optimizers.SGD):
    """A user's own, whose arguments have no names."""

    def __init__(self, *rates, **keywords):
        super().__init__(sum(rates), **keywords)


def test_own_classes_by_position():
    assert guard(Own)(0.1, None, 2.0).clipnorm == 2.0
    assert float(guard(Sums)(0.25, 0.5, clipnorm=3.0).learning_rate) == 0.75


class Fixed(keras.optimizers.SGD):
    """A user's own, with a clip that it sets itself."""

    def __init__(self, learning_rate=0.1):
        super().__init__(learning_rate, clipnorm=2.0)


def test_an_own_class_keeps_the_clip_that_it_sets():
    optimizer = guard(Fixed)(global_clipnorm=3.0)
    assert (optimizer.clipnorm, optimizer.clipvalue, optimizer.global_clipnorm) == (2.0, 10.0, 3.0)


def test_an_argument_that_keras_lacks_must_be_left_alone(monkeypatch):
    def init(self, learning_rate=0.01, momentum=0.0, weight_decay=None, name="SGD", **keywords):
        keras.optimizers.Optimizer.__init__(self, learning_rate, weight_decay, name=name, **keywords)
        self.momentum, self.nesterov = momentum, False

    monkeypatch.setattr(keras.optimizers.SGD, "__init__", init)
    assert ours.SGD(0.5, momentum=0.5).name == "SGD"
    with pytest.raises(errors.InvalidArgumentError, match="`nesterov` must be left at False with Keras .*no such arg"):
        ours.SGD(nesterov=True)


PROGRAM = """
from keras_stable.optimizers import SGD, Adam, AdamW, Lion
AdamW(1e-3, 1e-4, 0.9, clipvalue=None, zclip=2.5)
SGD(lambda: 0.01, 0.9)
Lion(1e-3, 0.8)
AdamW(clip_value=3.0)
SGD(0.1, "0.9")
"""


def test_mypy_sees_a_mistake(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    api = pytest.importorskip("mypy.api", reason="mypy is not installed")
    output, _, _ = api.run(
        ["--config-file", "", "--ignore-missing-imports", "--cache-dir", str(tmp_path), str(program)]
    )
    errors_there = [line for line in output.splitlines() if ": error:" in line and program.name in line]
    assert [line.split(": ")[0][-2:] for line in errors_there] == [":6", ":7"], output
    assert 'Unexpected keyword argument "clip_value" for "AdamW"' in output
    assert 'Argument 2 to "SGD" has incompatible type "str"' in output
