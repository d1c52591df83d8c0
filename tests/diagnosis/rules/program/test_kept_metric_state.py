import keras
import numpy as np

import keras_stable
from keras_stable.diagnosis.rules.program.kept_metric_state import kept_metric_state


def test_each_is_named():
    assert [finding.where for finding in kept_metric_state.run({"kept_metrics": ("mae", "iou")})] == ["mae", "iou"]
    assert list(kept_metric_state.run({"kept_metrics": ()})) == []


class Sum(keras.metrics.Metric):
    def __init__(self, resets):
        super().__init__(name="error_sum")
        self.sum, self.resets = self.add_weight(name="sum", initializer="zeros"), resets

    def update_state(self, y, p, sample_weight=None):
        self.sum.assign_add(keras.ops.sum(keras.ops.abs(y - p)))

    def result(self):
        return self.sum

    def reset_state(self):
        self.sum.assign(self.sum * (1.0 - self.resets))


def test_an_own_metric_in_a_whole_audit():
    x = np.random.default_rng(0).normal(size=(128, 4)).astype("float32")
    for resets in (1.0, 0.0):
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        model.compile(keras.optimizers.Adam(0.05), "mse", metrics=[Sum(resets)])
        report = keras_stable.audit(model, x, x.sum(1, keepdims=True), epochs=20)
        assert [finding.rule for finding in report.at_least("warning")] == ([] if resets else ["kept-metric-state"])
