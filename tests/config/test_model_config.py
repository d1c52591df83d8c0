import pytest

DATA = "data: {kind: npz, path: a}\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "model: {encoder: module}",
            '`model.module` must be of the form "package.module:function" for encoder module. Received: '
            "model.module=null",
        ),
        (
            "model: {module: 'a:b'}",
            "`model.module` must be left out, as it is for encoder module and the encoder is mlp. "
            "Received: model.module='a:b'",
        ),
        (
            "model: {encoder: conv, module_arguments: {a: 1}}",
            "`model.module_arguments` must be left out, as it is for encoder module and the encoder is conv. "
            "Received: model.module_arguments={'a': 1}",
        ),
    ],
)
def test_a_module_is_given_for_encoder_module_and_no_other(text, line, mistakes):
    assert mistakes(DATA + text) == [f"c.yaml:2: {line}"]


@pytest.mark.parametrize(
    ("encoder", "key", "value", "takes"),
    [
        ("mlp", "filters", "[8]", "hidden_units, activation, dropout"),
        ("mlp", "feature_dim", "64", "hidden_units, activation, dropout"),
        ("conv", "hidden_units", "[8]", "filters, feature_dim, activation, dropout"),
        ("module", "dropout", "0.5", "module, module_arguments"),
        ("module", "activation", "'gelu'", "module, module_arguments"),
    ],
)
def test_what_the_encoder_does_not_take_is_left_out(encoder, key, value, takes, mistakes):
    module = ", module: 'a:b'" if encoder == "module" else ""
    assert mistakes(f"{DATA}model: {{encoder: {encoder}, {key}: {value}{module}}}") == [
        f"c.yaml:2: `model.{key}` must be left out, as encoder {encoder} takes only {takes}. "
        f"Received: model.{key}={value}"
    ]


def test_the_line_is_that_of_a_key_that_is_there(mistakes):
    (line,) = mistakes(f"{DATA}model:\n\n  encoder: module\n")
    assert line.startswith("c.yaml:4: `model.module`")


def test_the_other_keys_of_an_augmentation_layer_are_its_arguments(load):
    config = load(f"{DATA}augmentation: [{{layer: RandomZoom, height_factor: [-0.1, 0.1], seed: 3}}]")
    assert config.augmentation[0].layer == "RandomZoom"
    assert config.augmentation[0].arguments == {"height_factor": [-0.1, 0.1], "seed": 3}
