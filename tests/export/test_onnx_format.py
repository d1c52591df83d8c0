import logging

import keras
import numpy as np
import onnx
import onnxruntime

from keras_stable.export.onnx_format import quiet, write_onnx
from keras_stable.export.served_inputs import find_inputs
from keras_stable.export.serving import Serving


def test_inputs_and_outputs_have_the_names_of_the_signature(tmp_path):
    a, b = keras.Input((None, 2), name="a"), keras.Input((2,), dtype="int32", name="b c")
    added = keras.layers.GlobalAveragePooling1D()(a) + keras.ops.cast(b, "float32")
    model = keras.Model([a, b], keras.layers.Softmax()(added))
    write_onnx(Serving(model, find_inputs(model)), tmp_path)
    graph = onnx.load(str(tmp_path / "model.onnx")).graph
    assert sorted(entry.name for entry in graph.input) == ["a", "b_c"]
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"))
    fed = {"a": np.ones((3, 5, 2), "float32"), "b_c": np.array([[1, 0]] * 3, "int32")}
    names = [output.name for output in session.get_outputs()]
    served = dict(zip(names, session.run(None, fed), strict=True))
    np.testing.assert_allclose(served["probabilities"][0], np.exp([1, 0]) / np.exp([1, 0]).sum(), atol=1e-6)
    assert served["class_ids"].tolist() == [0, 0, 0]


def test_loggers_get_their_level_back():
    before = logging.getLogger("some").level
    with quiet("some"):
        assert logging.getLogger("some").level == logging.CRITICAL
    assert logging.getLogger("some").level == before
