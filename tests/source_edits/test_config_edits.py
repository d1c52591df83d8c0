import pytest

from keras_stable.diagnosis.edit import Edit
from keras_stable.source_edits.config_edits import config_values, edited_config
from keras_stable.source_edits.not_placed import NotPlacedError

TEXT = """# Head.
data: {kind: sklearn, name: digits}
optimizer:
  name: sgd
  learning_rate: 10.0  # too fast?

fit: {epochs: 2}
# End.
"""
GUARDED = Edit("replace", "optimizer", value="keras_stable.optimizers.AdamW(clipvalue=10.0, global_clipnorm=0.5)")


def rate(value="0.001"):
    return Edit("set_argument", "optimizer", "learning_rate", value)


@pytest.mark.parametrize(
    ("edit", "old", "new"),
    [
        (rate(), "learning_rate: 10.0", "learning_rate: 0.001"),
        (Edit("set_argument", "fit", "epochs", "20"), "{epochs: 2}", "{epochs: 20}"),
        (Edit("set_argument", "fit", "batch_size", "8"), "{epochs: 2}", "{epochs: 2, batch_size: 8}"),
        (Edit("set_argument", "optimizer", "clipnorm", "None"), "# too fast?\n", "# too fast?\n  clipnorm: null\n"),
        (
            Edit("insert_layer", "model", value="keras.layers.Normalization()"),
            "# End.\n",
            "# End.\nmodel:\n  input_normalization: true\n",
        ),
    ],
    ids=range(5),
)
def test_only_the_value_changes(edit, old, new):
    assert edited_config(TEXT, [edit]) == TEXT.replace(old, new)


def test_another_optimizer():
    assert config_values(GUARDED) == {
        ("optimizer", "name"): "adamw",
        ("optimizer", "clipvalue"): "10.0",
        ("optimizer", "global_clipnorm"): "0.5",
    }


def test_what_is_there_already_changes_nothing():
    assert edited_config(TEXT, [rate("10.0")]) == TEXT


def test_windows_newlines_stay():
    after = edited_config(TEXT.replace("\n", "\r\n"), [Edit("set_argument", "optimizer", "weight_decay", "1e-05")])
    assert after.count("\r\n") == after.count("\n") == TEXT.count("\n") + 1
    assert "  weight_decay: 0.00001\r\n" in after


@pytest.mark.parametrize(
    "edit",
    [
        Edit("transform_data", "data", "x", "x / 255"),
        Edit("replace", "optimizer", value="keras.optimizers.Ftrl()"),
        Edit("set_argument", "fit", "shuffle", "True"),
        Edit("insert_layer", "layer:a", value="keras.layers.Normalization()"),
    ],
    ids=range(4),
)
def test_what_a_config_has_no_key_for(edit):
    with pytest.raises(NotPlacedError, match="a config has no key for it"):
        edited_config(TEXT, [edit])
