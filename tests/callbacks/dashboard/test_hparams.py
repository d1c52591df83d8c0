import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2

from keras_stable.callbacks.dashboard.hparams import flat, write_session


def session(directory):
    events = EventAccumulator(str(directory)).Reload()
    content = events.PluginTagToContent("hparams")
    data = {tag.rpartition("/")[2]: plugin_data_pb2.HParamsPluginData.FromString(content[tag]) for tag in content}
    return events, data


def test_a_row_has_what_was_told_and_what_it_came_to(tmp_path):
    told = {"name": "a", "fit": {"epochs": 3, "verbose": None}, "model": {"units": [8, 4], "norm": True}}
    write_session(tmp_path, told, {"val_accuracy_best": 0.9, "grad_norm_max": float("inf"), "drop": None}, 7, ["name"])
    events, data = session(tmp_path)
    start = data["session_start_info"].session_start_info
    values = {name: getattr(value, value.WhichOneof("kind")) for name, value in start.hparams.items()}
    assert values == {"name": "a", "fit.epochs": 3.0, "model.units": "[8, 4]", "model.norm": True}
    experiment = data["experiment"].experiment
    assert {info.name: info.differs for info in experiment.hparam_infos} == {name: name == "name" for name in values}
    assert "summary/val_accuracy_best" in [info.name.tag for info in experiment.metric_infos]
    assert [(point.step, point.value) for point in events.Scalars("summary/val_accuracy_best")] == [
        (7, pytest.approx(0.9))
    ]
    assert events.Tags()["scalars"] == ["summary/val_accuracy_best"]
    assert data["session_end_info"].session_end_info.status


def test_trainings_that_were_told_the_same_are_two_rows(tmp_path):
    for run in ("a", "b"):
        write_session(tmp_path / run, {"x": 1}, {})
    names = {session(tmp_path / run)[1]["session_start_info"].session_start_info.group_name for run in ("a", "b")}
    assert len(names) == 2


def test_what_no_table_can_hold_becomes_text():
    assert flat({"a": {"b": (1, 2)}, "c": print, "d": 1.5, "e": None}) == {"a.b": "[1, 2]", "c": f'"{print}"', "d": 1.5}
