import pytest

DATA = "data: {kind: npz, path: a}\n"


@pytest.mark.parametrize("name", ["adamw", "adam", "lion"])
def test_momentum_is_for_sgd(name, mistakes):
    assert mistakes(f"{DATA}optimizer: {{name: {name}, momentum: 0.9}}") == [
        f"c.yaml:2: `optimizer.momentum` must be 0 (momentum is for sgd and the optimizer is {name}). "
        "Received: optimizer.momentum=0.9"
    ]


def test_a_momentum_of_the_average_needs_the_average(load, mistakes):
    assert load(f"{DATA}optimizer: {{use_ema: true, ema_momentum: 0.9}}").optimizer.ema_momentum == 0.9
    assert mistakes(f"{DATA}optimizer: {{ema_momentum: 0.9}}") == [
        "c.yaml:2: `optimizer.ema_momentum` must be left out, as `optimizer.use_ema` is false. "
        "Received: optimizer.ema_momentum=0.9"
    ]


def test_an_integer_is_a_number(load):
    config = load(f"{DATA}optimizer: {{name: sgd, momentum: 0.9, learning_rate: 1, weight_decay: null}}")
    assert config.optimizer.learning_rate == 1.0
    assert type(config.optimizer.learning_rate) is float
    assert config.optimizer.weight_decay is None


@pytest.mark.parametrize("value", ["balanced", "{0: 1, 2: 0.5}", "null"])
def test_class_weights(value, load):
    assert load(f"{DATA}fit: {{class_weight: {value}}}").fit.class_weight in ("balanced", {0: 1.0, 2: 0.5}, None)


def test_the_guard_is_off_unless_it_is_asked_for(load, mistakes):
    assert load(DATA).fit.stability_guard is None
    keys = load(f"{DATA}fit: {{stability_guard: {{action: warn}}}}").fit.stability_guard
    assert (keys.action, keys.max_rollbacks, keys.rate_factor, keys.on_disk) == ("warn", 3, 0.5, False)
    (mistake,) = mistakes(f"{DATA}fit: {{stability_guard: {{action: undo}}}}")
    assert "`fit.stability_guard.action` must be" in mistake
