import pytest

from keras_stable.errors import ExportError
from keras_stable.export import optional
from keras_stable.export.optional import require


def test_what_is_missing_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setattr(optional.importlib.util, "find_spec", lambda name: None if name != "onnx" else object())
    with pytest.raises(ExportError, match=r"needs tf2onnx, .*: `pip install tf2onnx onnxruntime` or .*\[onnx\]"):
        require("onnx")
    with pytest.raises(ExportError, match="`pip install ai-edge-litert`"):
        require("litert")
    require("saved_model")
