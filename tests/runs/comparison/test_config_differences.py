from keras_stable.config import Config
from keras_stable.runs.comparison.config_differences import differences


def test_equal_configs_differ_in_nothing_even_with_other_names(iris_config):
    assert differences({"a": iris_config("a"), "b": iris_config("b", fit={"verbose": 0})}) == {}


def test_values_are_written_as_in_a_config_file(iris_config):
    changed = iris_config("b", model={"layer_normalization": False, "hidden_units": [8]}, fit={"class_weight": {0: 2}})
    assert differences({"a": iris_config(), "b": changed}) == {
        "model.hidden_units": ["[128, 64]", "[8]"],
        "model.layer_normalization": ["true", "false"],
        "fit.class_weight": ["null", None],
        "fit.class_weight.0": [None, "2.0"],
    }


def test_another_kind_of_data_has_other_keys(iris_config):
    npz = Config.model_validate({"name": "b", "data": {"kind": "npz", "path": "a.npz"}})
    found = differences({"a": iris_config(), "b": npz})
    assert found["data.kind"] == ["sklearn", "npz"]
    assert found["data.name"] == ["iris", None]
    assert found["data.path"] == [None, "a.npz"]
