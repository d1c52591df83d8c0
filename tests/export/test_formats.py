import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_stable.errors import ExportError, InvalidArgumentError
from keras_stable.export import export_saved_model, litert, onnx
from keras_stable.export.formats import FORMATS, export_as


def test_the_saved_model_at_a_path_is_proven_in_a_fresh_process(small_models, tmp_path):
    model, x = small_models["conv"]()
    assert export_saved_model(model, tmp_path / "export" / "1", x) <= 1e-5
    serve = tf.saved_model.load(tmp_path / "export" / "1").signatures["serving_default"]
    logits = model.predict(x, verbose=0).astype("float64")
    expected = np.exp(logits - logits.max(1, keepdims=True))
    expected /= expected.sum(1, keepdims=True)
    for count in (0, 1, 3, 70):
        served = serve(inputs=tf.constant(x[:count]))
        assert served["class_ids"].dtype == tf.int64
        np.testing.assert_allclose(served["probabilities"], expected[:count], atol=1e-5)
        np.testing.assert_array_equal(served["class_ids"], expected[:count].argmax(axis=1))
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="must be written to"):
        export_saved_model(model, tmp_path / "file" / "1", x[:2])


@pytest.mark.parametrize("export", [onnx, litert], ids=["onnx", "litert"])
def test_other_formats_have_the_same_names_and_answers(small_models, export, in_process, tmp_path):
    model, x = small_models["conv"]()
    exported = export(model, tmp_path, x, class_names=["a", "b", "c", "d"])
    assert exported.largest_difference <= 1e-5
    assert set(exported.card["outputs"]) == {"probabilities", "class_ids", "logits"}
    assert exported.card["class_names"] == ["a", "b", "c", "d"]
    assert {"samples", "batch of 1", "extremes"} <= set(exported.proof.cases)


def test_what_a_format_cannot_hold_is_said(small_models, tmp_path):
    model, x = small_models["mixed"]()
    for form in ("onnx", "litert"):
        with pytest.raises(ExportError, match=f"computes in float32 for the format {form}.* Received: float16"):
            export_as(form, model, tmp_path / "m", x)
    model, x = small_models["text"]()
    with pytest.raises(ExportError, match="`model` must be one that Keras exports to ONNX"):
        onnx(model, tmp_path / "m", x)
    with pytest.raises(ExportError, match="Received: .*tf.* without a form in LiteRT"):
        litert(model, tmp_path / "m", x)
    with pytest.raises(InvalidArgumentError, match=f"`format` must be one of {', '.join(FORMATS)}"):
        export_as("pmml", model, tmp_path / "m", x)
    assert list(tmp_path.iterdir()) == []


def test_int8_is_measured(in_process, tmp_path):
    x = np.random.default_rng(0).normal(size=(30, 4)).astype("float32")
    layers = [keras.layers.Dense(8, activation="relu"), keras.layers.Dense(3, activation="softmax")]
    model = keras.Sequential([keras.Input((4,)), *layers])
    for form in ("onnx", "litert"):
        quantized = export_as(form, model, tmp_path / form, x, quantize="int8").card["quantized"]
        assert 0 < quantized["largest_difference"] < 0.1
        assert quantized["same_class"] > 0.8
        assert "float" not in quantized
