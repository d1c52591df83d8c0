import pytest

DIGITS = "seed: 1\ndata: {kind: sklearn, name: digits, input_scale: 100, validation_split: 0.5}\n"


def test_a_value_is_read_as_yaml(load):
    config = load(DIGITS, "optimizer.learning_rate=1e-2", "fit.class_weight={0: 2}", "model.hidden_units=[3]", "seed=9")
    assert (config.optimizer.learning_rate, config.fit.class_weight, config.model.hidden_units, config.seed) == (
        0.01,
        {0: 2.0},
        (3,),
        9,
    )


def test_the_last_of_two_overrides_wins(load):
    assert load(DIGITS, "seed=2", "seed=3").seed == 3


def test_null_is_a_value_where_it_may_be_and_unsets_elsewhere(load):
    config = load(
        f"{DIGITS}fit: {{epochs: 3, early_stopping: {{patience: 1}}}}\nmodel: {{dropout: 0.5}}\n",
        "optimizer.clipvalue=null",
        "fit.early_stopping=null",
        "fit.epochs=null",
        "model=null",
        "data.input_scale=",
    )
    assert config.optimizer.clipvalue is None
    assert config.fit.early_stopping is None
    assert config.fit.epochs == 20
    assert config.model.dropout == 0.0
    assert config.data.input_scale == 1.0


def test_null_stays_in_free_arguments(load):
    text = "data: {kind: python, target: 'a:b', arguments: {c: 1}}"
    assert load(text, "data.arguments.c=null").data.arguments == {"c": None}


def test_an_item_of_a_list_is_named_by_its_index(load):
    text = f"{DIGITS}augmentation: [{{layer: GaussianNoise, stddev: 1}}]"
    assert load(text, "augmentation.0.stddev=1e-3").augmentation[0].arguments == {"stddev": 0.001}
    assert load(f"{DIGITS}model: {{hidden_units: [3, 4]}}", "model.hidden_units.1=5").model.hidden_units == (3, 5)


@pytest.mark.parametrize("order", [1, -1])
def test_a_new_kind_drops_the_keys_of_the_old_one_whatever_the_order(order, load):
    config = load(DIGITS, *["data.kind=npz", "data.path=a.npz"][::order])
    assert (config.data.kind, config.data.path, config.data.input_scale, config.data.validation_split) == (
        "npz",
        "a.npz",
        100.0,
        0.5,
    )


def test_the_same_kind_drops_nothing(load):
    assert load(DIGITS, "data.kind=sklearn").data.name == "digits"


@pytest.mark.parametrize(
    ("override", "line"),
    [
        ("seed", "--set seed: an override must be of the form a.b=value. Received: 'seed'"),
        ("=3", "--set =3: an override must be of the form a.b=value. Received: '=3'"),
        ("fit..epochs=3", "--set fit..epochs=3: an override must be of the form a.b=value. Received: 'fit..epochs=3'"),
        ("seed=[1", "--set seed=[1: the value must be valid YAML. Received: expected ',' or ']', but got"),
        ("fit={epochs: 1, epochs: 2}", "--set fit={epochs: 1, epochs: 2}: `epochs` must be given once. Received: the"),
        ("seed=1.5", "--set seed=1.5: `seed` must be an integer >= 0 and < 4294967296. Received: seed=1.5"),
        ("fit.epoch=3", "--set fit.epoch=3: `fit.epoch` must be one of epochs,"),
        ("fit={epoch: 3}", "--set fit={epoch: 3}: `fit.epoch` must be one of epochs,"),
        ("seed.x=1", "--set seed.x=1: `seed` must be a mapping. Received: seed=1"),
        ("augmentation.0.layer=x", "--set augmentation.0.layer=x: `augmentation.0.layer` must be RandomFlip,"),
        ("data.kind=np", "--set data.kind=np: `data.kind` must be csv,"),
        ("data.name=null", "--set data.name=null: `data.name` must be given: digits,"),
        ("fit.epochs=1", "--set fit.epochs=1: `optimizer.warmup_epochs` must be less than `fit.epochs`, which is 1."),
        ("model.encoder=module", '--set model.encoder=module: `model.module` must be of the form "pack'),
    ],
)
def test_a_mistake_names_its_override(override, line, mistakes):
    text = f"{DIGITS}optimizer: {{warmup_epochs: 2}}\naugmentation: [{{layer: GaussianNoise, stddev: 1}}]"
    assert any(found.startswith(line) for found in mistakes(text, override)), mistakes(text, override)


def test_an_index_that_the_list_does_not_have(mistakes):
    text = f"{DIGITS}augmentation: [{{layer: GaussianNoise, stddev: 1}}]"
    (line,) = mistakes(text, "augmentation.3.stddev=1")
    assert line.startswith("--set augmentation.3.stddev=1: `augmentation` must be a list that has this index. Received")
