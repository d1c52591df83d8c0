import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from keras_stable.config import Config
from keras_stable.reporting.dashboard_tags import CLASSES, LOSS, NORMS
from keras_stable.runs.comparison.events import write_events
from keras_stable.runs.comparison.run import Run
from keras_stable.runs.results import Curves, summarize


def test_every_run_has_its_curves_and_its_row(tmp_path):
    history = {"loss": [2.0, 1.0], "val_loss": [2.5, 1.5], "effective_classes": [2.0, 3.0], "grad_norm": [1.0, 1.0]}
    curves = Curves(history, np.arange(1.0, 7.0), np.full(6, 0.5))
    config = Config.model_validate({"data": {"kind": "sklearn", "name": "iris"}})
    write_events(tmp_path, config, Run("a", 4, 1.0, summarize(curves, np.arange(3), 3), curves))
    events = EventAccumulator(str(tmp_path)).Reload()
    assert [(point.step, point.value) for point in events.Scalars(LOSS)] == [(3, 2.0), (6, 1.0)]
    assert [point.value for point in events.Scalars(CLASSES)] == [2.0, 3.0]
    assert [point.value for point in events.Scalars(NORMS)] == curves.global_norm.tolist()
    assert events.Scalars("summary/grad_norm_max")[0].value == 6.0
    assert "_hparams_/session_start_info" in events.PluginTagToContent("hparams")
    validation = EventAccumulator(str(tmp_path / "validation")).Reload()
    assert [point.value for point in validation.Scalars(LOSS)] == pytest.approx([2.5, 1.5])
