import numpy as np
import pytest

from keras_stable.errors import ExportError
from keras_stable.export import proof
from keras_stable.export.proof import answers_of, prove

CASES = {"samples": {"x": np.zeros((2, 1))}, "batch of 0": {"x": np.zeros((0, 1))}}
EXPECTED = {case: {"serving_default": {"y": np.zeros((len(arrays["x"]), 1))}} for case, arrays in CASES.items()}


def serving(monkeypatch, served):
    monkeypatch.setattr(proof, "serve", lambda path, cases, form: served)


def test_every_case_is_compared(monkeypatch, tmp_path):
    near = {"samples|serving_default|y": np.full((2, 1), 4e-6), "batch of 0|serving_default|y": np.zeros((0, 1))}
    serving(monkeypatch, near)
    proven = prove(tmp_path, CASES, EXPECTED)
    assert proven.cases == {"samples": pytest.approx(4e-6), "batch of 0": 0}
    assert proven.largest_difference == pytest.approx(4e-6)
    assert proven.unproven == {}


def test_what_an_export_cannot_answer_is_an_error_unless_it_is_excused(monkeypatch, tmp_path):
    served = {"samples|serving_default|y": np.zeros((2, 1)), "batch of 0|error": np.array("no rows")}
    serving(monkeypatch, served)
    with pytest.raises(ExportError, match="The export must answer batch of 0. Received: no rows"):
        prove(tmp_path, CASES, EXPECTED)
    proven = prove(tmp_path, CASES, EXPECTED, excused=("batch of 0",))
    assert list(proven.cases) == ["samples"]
    assert "no rows" in proven.unproven["batch of 0"]


def test_answers_are_those_of_one_case_and_signature():
    served = {"a|s|y": np.ones(1), "a|t|y": np.zeros(1), "ab|s|y": np.zeros(1)}
    assert answers_of(served, "a", "s") == {"y": np.ones(1)}


def test_an_export_that_cannot_be_loaded_is_an_error(tmp_path):
    with pytest.raises(ExportError, match="must load in a fresh process without Keras. Received: .*NoSuchFile"):
        prove(tmp_path, CASES, EXPECTED, form="onnx")
