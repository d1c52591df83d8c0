import export_table
import pytest

from keras_stable.errors import ExportError


def test_a_cell_is_the_difference_or_the_reason(monkeypatch):
    model, x = export_table.lora()

    def refuse(*_):
        raise ExportError("`model` must be so. Received: tf.Nothing | none")

    monkeypatch.setattr(export_table, "export_as", refuse)
    assert export_table.cell(model, x, "onnx") == "tf.Nothing \\| none"


@pytest.mark.parametrize("name", ["own_encoder", "transformer", "text", "table", "several", "mixed_precision"])
def test_every_model_takes_its_samples(name):
    model, x = export_table.MODELS[name]()
    model.predict(x, verbose=0)
