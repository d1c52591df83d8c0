import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2

from keras_stable.config import Config
from keras_stable.runs.hparams_table import write_row
from keras_stable.runs.results import Curves, summarize

CONFIG = Config.model_validate({"name": "iris", "data": {"kind": "sklearn", "name": "iris"}})


def test_a_row_has_the_config_and_the_figures_of_compare(tmp_path):
    curves = Curves({"loss": [1.0] * 2, "val_accuracy": [0.9, 0.8]}, np.array([3.0, 4.0]), np.array([0.5, 0.5]))
    write_row(tmp_path, CONFIG, summarize(curves, np.array([0, 1, 1]), 3), curves)
    events = EventAccumulator(str(tmp_path)).Reload()
    figures = {tag.removeprefix("summary/"): events.Scalars(tag)[0].value for tag in events.Tags()["scalars"]}
    assert (figures["grad_norm_max"], figures["distinct_in_first_10"], figures["epochs"]) == (4.0, 2.0, 2.0)
    content = events.PluginTagToContent("hparams")["_hparams_/session_start_info"]
    told = plugin_data_pb2.HParamsPluginData.FromString(content).session_start_info.hparams
    assert told["optimizer.learning_rate"].number_value == CONFIG.optimizer.learning_rate
    assert told["name"].string_value == "iris"
    assert "fit.verbose" not in told
