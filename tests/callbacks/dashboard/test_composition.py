import keras
import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from keras_stable.callbacks import Dashboard
from keras_stable.reporting.dashboard_tags import CLASSES, LOSS, NORMS


def test_few_groups_and_the_promised_tags(shown):
    tags = shown.events().Tags()["scalars"]
    assert {tag.split("/")[0] for tag in tags} == {
        *("at a glance", "gradients", "layers", "predictions", "rates", "summary")
    }
    assert [tag for tag in sorted(tags) if tag.startswith("at a")] == [LOSS, "at a glance/2 accuracy", NORMS, CLASSES]
    path = shown.model.trainable_variables[0].path
    assert {"gradients/global_norm", "gradients/applied_norm", f"gradients/{path}"} <= set(tags)
    assert {"predictions/unique_classes", "predictions/effective_classes", "predictions/top_class_share"} <= set(tags)


def test_training_and_validation_are_two_curves_in_one_card(shown):
    for tag, key in ((LOSS, "loss"), ("at a glance/2 accuracy", "accuracy"), (CLASSES, "effective_classes")):
        for run, prefix in (("", ""), ("validation", "val_")):
            points = shown.scalars(tag, run)
            assert [point.step for point in points] == [6, 12, 18]
            assert [point.value for point in points] == pytest.approx(shown.history[prefix + key], rel=1e-6)


def test_the_norm_before_and_after_clipping_are_two_curves_in_one_card(shown):
    before, after = shown.scalars(NORMS), shown.scalars(NORMS, "after_clipping")
    assert [point.step for point in before] == [point.step for point in after] == list(range(18))
    assert [point.value for point in before] == pytest.approx(shown.recorder.global_norm.tolist())
    assert [point.value for point in after] == pytest.approx(shown.recorder.applied_norm.tolist())
    assert max(point.value for point in after) <= 0.5001 < max(point.value for point in before)


def test_the_keys_are_in_logs(shown):
    keys = {"grad_norm", "grad_norm_max", "grad_norm_applied", "clip_fraction", "skipped_steps"}
    assert keys | {"unique_classes", "val_effective_classes"} <= set(shown.history)
    assert not [key for key in shown.history if key.startswith("audit")]


def test_one_file_for_each_curve(shown):
    for run in ("", "validation", "after_clipping"):
        assert len(list((shown.log_dir / run).glob("events*"))) == 1


def test_the_model_is_left_as_it_was(shown):
    assert not {"test_step", "compute_metrics"} & set(vars(shown.model))
    assert shown.model.optimizer.record == ()
    history = shown.model.fit(shown.x, shown.y, validation_data=(shown.x, shown.y), verbose=0).history
    assert sorted(history) == ["accuracy", "loss", "val_accuracy", "val_loss"]


def test_a_stock_optimizer_is_recorded_and_trains_to_the_same_bits(build, samples, tmp_path):
    x, y = samples
    weights = []
    for callbacks in ([], [Dashboard(tmp_path)]):
        model = build(keras.optimizers.AdamW(0.01, global_clipnorm=0.5))
        model.fit(x, y, epochs=2, validation_data=(x, y), verbose=0, callbacks=callbacks)
        weights.append(model.get_weights())
    assert all(np.array_equal(one, other) for one, other in zip(*weights, strict=True))
    assert not hasattr(model.optimizer, "gradient_ring")
    tags = EventAccumulator(str(tmp_path)).Reload().Tags()["scalars"]
    assert {"gradients/limit/global_clipnorm", "layers/update_ratio_largest"} <= set(tags)


def test_what_cannot_be_shown_is_said(tmp_path):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 4)), np.ones((8, 1)), validation_split=0.5, verbose=0, callbacks=[Dashboard(tmp_path)])
    events = EventAccumulator(str(tmp_path)).Reload()
    assert b"No predictions are shown" in events.Tensors("about/dashboard")[0].tensor_proto.string_val[0]
    assert not [tag for tag in events.Tags()["scalars"] if tag.startswith("predictions")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"log_dir": None}, "`log_dir` must be a str or a path. Received: log_dir=None"),
        ({"most_points": 0}, "`most_points` must be an int >= 1"),
        ({"most_points": True}, "`most_points` must be an int >= 1"),
        ({"class_names": "abc"}, "`class_names` must be a sequence of str, or None"),
        ({"hparams": 3}, "`hparams` must be a mapping, or None"),
        ({"config": 3}, "`config` must be a mapping, or None"),
    ],
    ids=["log_dir", "no points", "true", "one name", "hparams", "config"],
)
def test_bad_arguments_are_one_clear_line(arguments, message, tmp_path):
    with pytest.raises(ValueError, match="must be") as caught:
        Dashboard(**{"log_dir": tmp_path, **arguments})
    assert str(caught.value).startswith(message)
