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


def test_a_library_that_does_not_work_here_is_said(monkeypatch):
    def broken(name):
        raise AttributeError("no float4")

    monkeypatch.setattr(optional.importlib, "import_module", broken)
    monkeypatch.setattr(optional.importlib.util, "find_spec", lambda name: True)
    with pytest.raises(ExportError, match="ai-edge-litert that works with .* Received: AttributeError: no float4"):
        require("litert")
