import numpy as np
import pytest

from keras_stable.errors import ExportError
from keras_stable.export.stored_proof import PROOF, read_proof, write_proof


def test_cases_come_back_as_they_were(tmp_path):
    cases = {"made up": {"a b": np.array([b"x", b"yy"]), "n": np.zeros((0, 3), "int32")}}
    expected = {"made up": {"serving_default": {"y|z": np.array([1.5]), "names": np.array([b"k"], object)}}}
    write_proof(tmp_path, cases, expected)
    inputs, answers = read_proof(tmp_path)
    assert inputs["made up"]["a b"].tolist() == [b"x", b"yy"]
    assert inputs["made up"]["n"].shape == (0, 3)
    assert answers["made up"]["serving_default"]["y|z"].tolist() == [1.5]
    assert answers["made up"]["serving_default"]["names"].tolist() == [b"k"]


def test_a_broken_or_pickled_proof_is_refused(tmp_path):
    with pytest.raises(ExportError, match="must be a proof"):
        read_proof(tmp_path)
    np.savez(tmp_path / PROOF, **{"in|case|x": np.array([{}], object)})
    with pytest.raises(ExportError, match=r"must be a proof. Received: ValueError: .*allow_pickle=False"):
        read_proof(tmp_path)
