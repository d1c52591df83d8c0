import keras
import numpy as np
from ai_edge_litert.interpreter import Interpreter

from keras_stable.export.litert_format import write_litert
from keras_stable.export.served_inputs import find_inputs
from keras_stable.export.serving import Serving


def test_the_signature_has_its_names_and_any_batch_size(tmp_path):
    model = keras.Sequential([keras.Input((2,), name="row"), keras.layers.Softmax()])
    write_litert(Serving(model, find_inputs(model)), tmp_path)
    serve = Interpreter(model_path=str(tmp_path / "model.tflite")).get_signature_runner("serving_default")
    for rows in (1, 4):
        served = serve(row=np.array([[1, 0]] * rows, "float32"))
        np.testing.assert_allclose(served["probabilities"], [np.exp([1, 0]) / np.exp([1, 0]).sum()] * rows, atol=1e-6)
        assert served["class_ids"].tolist() == [0] * rows
