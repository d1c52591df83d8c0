"""A recorded run changes nothing that is trained."""

import numpy as np
import pytest

from keras_stable.scripts.recorded_run import RecordedRun

TRAINS = """
x = x / 1000
keras.utils.set_random_seed(0)
model = build({optimizer})
history = model.fit(x, y, epochs=3, verbose=0)
model.fit(x, y, epochs=1, verbose=0)
np.savez("{name}.npz", *model.get_weights())
print(sorted(history.history), type(model.optimizer).__name__)
"""
OPTIMIZERS = {
    "no clip": "keras.optimizers.Adam(0.01)",
    "clipnorm": "keras.optimizers.SGD(0.1, momentum=0.9, clipnorm=0.01)",
    "global_clipnorm": "keras.optimizers.AdamW(0.01, global_clipnorm=0.01)",
    "clipvalue": "keras.optimizers.RMSprop(0.01, clipvalue=0.001)",
    "accumulation": "keras.optimizers.Adam(0.01, gradient_accumulation_steps=2)",
    "loss scale": "keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.01))",
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_weights_are_the_same_to_the_bit(program, tmp_path, optimizer, capsys):
    plain = program(TRAINS.format(optimizer=OPTIMIZERS[optimizer], name="plain"))
    plain.run()
    said = []
    recorded = program(TRAINS.format(optimizer=OPTIMIZERS[optimizer], name="recorded"))
    options = {"probe": False, "seconds": 5.0}
    session = RecordedRun(recorded, tmp_path / "tensorboard", options, said.append, tmp_path / "checkpoints")
    ending = session.run()
    assert (ending.code, ending.error, said) == (0, None, [])
    one, other = np.load("plain.npz"), np.load("recorded.npz")
    assert all(np.array_equal(one[name], other[name]) for name in one.files)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == lines[1]


def test_the_report_knows_the_history_of_all_fits_of_a_model(program, tmp_path, line_of):
    source = "model = build()\nmodel.fit(x, y, epochs=3, verbose=0)\nmodel.fit(x, y, epochs=2, verbose=0)\n"
    session = RecordedRun(program(source), tmp_path / "tensorboard", {"probe": False, "seconds": 5.0})
    session.run()
    (report,) = session.reports()
    assert len(report.facts["history"].loss) == 5
    assert len(report.facts["history"].logs["grad_norm_max"]) == 5
    (finding,) = report.of("unscaled-inputs")
    assert finding.location.line == line_of("epochs=2")
    assert sorted(path.name for path in (tmp_path / "tensorboard").iterdir()) == ["fit_1", "fit_2"]


def test_a_fit_that_raises_leaves_its_report(program, tmp_path):
    source = """
        class Stop(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                if epoch == 1:
                    raise RuntimeError("enough")
        build().fit(x, y, epochs=9, verbose=0, callbacks=[Stop()])
    """
    session = RecordedRun(program(source), tmp_path / "tensorboard", {"probe": False, "seconds": 5.0})
    ending = session.run()
    assert str(ending.error) == "enough"
    (report,) = session.reports()
    assert len(report.facts["history"].loss) == 1


def test_what_the_audit_raises_is_said_and_hides_nothing(program, tmp_path, monkeypatch):
    def broken(*arguments, **more):
        raise RuntimeError("out of ideas\nand of lines")

    monkeypatch.setattr("keras_stable.diagnosis.audit.audit", broken)
    said = []
    source = "build().fit(x, y, epochs=1, verbose=0)\nraise SystemExit(5)"
    session = RecordedRun(program(source), tmp_path / "tensorboard", {}, said.append)
    assert session.run().code == 5
    assert session.reports() == []
    assert said[-1].endswith("RuntimeError: out of ideas")


def test_a_program_that_died_goes_on_at_the_step(program, tmp_path, capsys):
    source = """
        from pathlib import Path
        class Dying(keras.callbacks.Callback):
            def on_train_batch_begin(self, batch, logs=None):
                print(batch, end=" ")
                if batch == 1 and not Path("died").exists():
                    Path("died").touch()
                    raise RuntimeError
        keras.utils.set_random_seed(0)
        build().fit(x[:9], y[:9], batch_size=3, verbose=0, callbacks=[Dying()])
    """
    for code in (1, 0):
        checkpoints = tmp_path / "checkpoints"
        session = RecordedRun(program(source), tmp_path / "tensorboard", {}, print, checkpoints, "1 step")
        assert session.run().code == code
    assert capsys.readouterr().out.split() == ["0", "1", "1", "2"]
