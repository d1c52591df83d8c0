from keras_stable.config import Config
from keras_stable.runs.comparison.labels import label_configs


def test_configs_of_one_name_stay_apart(iris_config):
    first, second, third = (iris_config("a", seed=seed) for seed in range(3))
    labelled = label_configs([first, iris_config("b"), second, third])
    assert list(labelled) == ["a", "b", "a (2)", "a (3)"]
    assert [config.seed for config in labelled.values()] == [0, 0, 1, 2]


def test_a_config_without_a_name():
    config = Config.model_validate({"data": {"kind": "sklearn", "name": "iris"}})
    assert list(label_configs([config, config])) == ["config", "config (2)"]
