import copy
import itertools

import pytest

from keras_stable.config.mistakes import check

DATA = "data: {kind: sklearn, name: digits}\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("seed: '3'", "`seed` must be an integer >= 0 and < 4294967296. Received: seed='3'"),
        ("seed: true", "`seed` must be an integer >= 0 and < 4294967296. Received: seed=true"),
        ("seed: 3.0", "`seed` must be an integer >= 0 and < 4294967296. Received: seed=3.0"),
        ("seed: -1", "`seed` must be an integer >= 0 and < 4294967296. Received: seed=-1"),
        ("name: 3", "`name` must be usable as a directory name, such as digits_stable, or null. Received: name=3"),
        (
            "name: a/b",
            "`name` must be usable as a directory name, such as digits_stable, or null. Received: name='a/b'",
        ),
        ("deterministic: no", "`deterministic` must be true or false. Received: deterministic='no'"),
        ("deterministic: 1", "`deterministic` must be true or false. Received: deterministic=1"),
        ("fit: {epochs: 0}", "`fit.epochs` must be an integer >= 1. Received: fit.epochs=0"),
        ("fit: {epochs: null}", "`fit.epochs` must be an integer >= 1. Received: fit.epochs=null"),
        ("fit: {verbose: true}", "`fit.verbose` must be auto or an integer >= 0 and <= 2. Received: fit.verbose=true"),
        (
            "fit: {class_weight: {a: 1}}",
            "`fit.class_weight` must be balanced or a mapping of class ids to numbers >= 0, or null. "
            "Received: fit.class_weight={'a': 1}",
        ),
        (
            "fit: {class_weight: balance}",
            "`fit.class_weight` must be balanced or a mapping of class ids to numbers >= 0, or null. "
            "Received: fit.class_weight='balance'",
        ),
        (
            "fit: {early_stopping: 3}",
            "`fit.early_stopping` must be a mapping with keys out of `monitor`, `patience`, `min_delta`, or null. "
            "Received: fit.early_stopping=3",
        ),
        (
            "fit: {early_stopping: {patience: x}}",
            "`fit.early_stopping.patience` must be an integer >= 0. Received: fit.early_stopping.patience='x'",
        ),
        ("loss:", "`loss` must be a mapping with keys out of `label_smoothing`, `focal_gamma`. Received: loss=null"),
        (
            "optimizer: {learning_rate: .nan}",
            "`optimizer.learning_rate` must be a number > 0. Received: optimizer.learning_rate=nan",
        ),
        (
            "optimizer: {clipvalue: 0}",
            "`optimizer.clipvalue` must be a number > 0, or null. Received: optimizer.clipvalue=0",
        ),
        (
            "model: {hidden_units: 12}",
            "`model.hidden_units` must be a list of integers >= 1. Received: model.hidden_units=12",
        ),
        (
            "model: {hidden_units: [8, 0]}",
            "`model.hidden_units.1` must be an integer >= 1. Received: model.hidden_units.1=0",
        ),
        (
            "model: {filters: []}",
            "`model.filters` must be a list of integers >= 1 and at least one of them. Received: model.filters=[]",
        ),
        (
            "model: {encoder: con}",
            "`model.encoder` must be mlp, conv or module. Did you mean `conv`? Received: model.encoder='con'",
        ),
        (
            "model: {encoder: module, module: nets.make}",
            '`model.module` must be of the form "package.module:function", or null. '
            "Received: model.module='nets.make'",
        ),
        (
            "augmentation: [{factor: 1}]",
            "`augmentation.0.layer` must be given: RandomFlip, RandomRotation, RandomTranslation, RandomZoom, "
            "RandomContrast, RandomBrightness, RandomShear, RandomCrop, RandomErasing or GaussianNoise. "
            "Received: nothing",
        ),
        (
            "augmentation: {layer: RandomFlip}",
            "`augmentation` must be a list of items, each a mapping with keys out of `layer`. "
            "Received: augmentation={'layer': 'RandomFlip'}",
        ),
    ],
)
def test_a_wrong_value_says_what_it_must_be(text, line, mistakes):
    assert mistakes(f"{DATA}{text}\n") == [f"c.yaml:2: {line}"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("lose: {}", "Did you mean `loss`? Received: lose={}"),
        ("learning_rate: 1", "Did you mean `optimizer.learning_rate`? Received: learning_rate=1"),
        ("zzz: 1", "`zzz` must be one of name, seed, deterministic, data,"),
        ("1: 1", "`1` must be one of name,"),
        ("fit: {epoch: 1}", "`fit.epoch` must be one of epochs, batch_size,"),
        ("fit: {epoch: 1}", "Did you mean `epochs`? Received: fit.epoch=1"),
    ],
)
def test_an_unknown_key_gets_a_suggestion_where_one_is_near(text, line, mistakes):
    (only,) = mistakes(f"{DATA}{text}\n")
    assert only.startswith("c.yaml:2: ")
    assert line in only
    assert ("Did you mean" in only) == ("Did you mean" in line or "epoch" in line)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("seed: 1", ["`data` must be given: a mapping whose `kind` is csv, image_folder, keras, npz, parquet, python"]),
        ("data: 3", ["`data` must be a mapping whose `kind` is csv,"]),
        ("data: {name: digits}", ["`data.kind` must be given: csv, image_folder, keras, npz, parquet, python, sk"]),
        ("data: {kind: npy, path: 3}", ["`data.kind` must be csv, image_folder, keras, npz, parquet, python, skle"]),
        (
            "data: {kind: 3}",
            ["`data.kind` must be csv, image_folder, keras, npz, parquet, python, sklearn or tfrecord. Received"],
        ),
        ("data: {kind: npz, path: 3}", ["`data.path` must be a string that is not empty. Received: data.path=3"]),
        ("data: {kind: npz, path: ''}", ["`data.path` must be a string that is not empty. Received: data.path=''"]),
        (
            "data: {kind: npz, npz: 3}",
            ["`data.path` must be given: a string that is not empty", "`data.npz` must be one of"],
        ),
        (
            "data: {kind: sklearn, name: digit}",
            ["`data.name` must be digits, iris, wine or breast_cancer. Did you mean `digits`? Received"],
        ),
        (
            "data: {kind: csv, path: a, validation_split: 1}",
            ["`data.validation_split` must be a number > 0 and < 1. Received: data.validation_split=1"],
        ),
        (
            "data: {kind: image_folder, path: a, image_size: [3]}",
            ["`data.image_size` must be a list of 2 integers >= 1. Received: data.image_size=[3]"],
        ),
        (
            "data: {kind: image_folder, path: a, image_size: [3, x]}",
            ["`data.image_size.1` must be an integer >= 1. Received: data.image_size.1='x'"],
        ),
        (
            "data: {kind: tfrecord, path: a, shape: [], num_classes: 1, encoding: raw}",
            ["`data.encoding` must be float,", "`data.num_classes` must be an integer >= 2.", "`data.shape` must be a"],
        ),
        ("data: {kind: python, target: 'a.b'}", ['`data.target` must be of the form "package.module:function". Rec']),
        (
            "data: {kind: python, target: 'a:b', arguments: {1: 2}}",
            ["`data.arguments.1` must be named by text. Received: data.arguments.1=2"],
        ),
        ("data: {kind: keras, name: mnist, input_scale: 0}", ["`data.input_scale` must be a number > 0. Received"]),
    ],
)
def test_a_mistake_in_data_is_told_for_its_own_kind(text, lines, mistakes):
    found = mistakes(text)
    assert len(found) == len(lines)
    for line in lines:
        assert any(other.startswith(f"c.yaml:1: {line}") for other in found), found


def test_a_value_of_many_characters_is_cut():
    _, (mistake,) = check({"data": {"kind": "sklearn", "name": "x" * 500}})
    assert len(mistake.text) < 200


@pytest.mark.parametrize("text", ["modle: {module: 'a:b'}", "model: {encodr: module, module: 'a:b'}"])
def test_a_conflict_that_hangs_on_a_misspelt_key_is_not_told(text, mistakes):
    (only,) = mistakes(f"{DATA}{text}\n")
    assert "Did you mean `model`" in only or "Did you mean `encoder`" in only


def test_a_conflict_that_hangs_on_a_wrong_value_is_not_told(mistakes):
    (only,) = mistakes(f"{DATA}model: {{encoder: 3, module: 'a:b'}}\n")
    assert "`model.encoder` must be mlp, conv or module" in only


def test_no_value_at_any_place_is_more_than_a_mistake():
    values = [None, True, -1, 1.5, "x", [], [[1]], {}, {1: 2}, {None: 1}, {"kind": ["a"]}, {"kind": "npz", "npz": {}}]
    good = {
        "data": {"kind": "npz", "path": "a"},
        "model": {"hidden_units": [1, 2]},
        "augmentation": [{"layer": "RandomFlip"}],
        "fit": {"class_weight": {0: 1}, "early_stopping": {"patience": 3}},
    }
    places = [(), ("data",), ("model",), ("augmentation",), ("augmentation", 0), ("fit",), ("fit", "early_stopping")]
    keys = ["kind", "path", "npz", "layer", "data", "hidden_units", "class_weight", "early_stopping", 0, None, "zzz"]
    assert check(good)[1] == []
    for place, key, value in itertools.product(places, keys, values):
        raw = copy.deepcopy(good)
        target = raw
        for step in place:
            target = target[step]
        if isinstance(target, dict) or key == 0:
            target[key] = copy.deepcopy(value)
        config, mistakes = check(raw)
        assert (config is None) == bool(mistakes)
        assert all(" must be " in mistake.text and " Received: " in mistake.text for mistake in mistakes)
