"""What trained, of all that was done, over the processes of one training."""

import pytest

from keras_stable.checkpoints.goodput import Goodput, WorkLog


def test_lost_steps_and_other_time_are_no_goodput(tmp_path, monkeypatch):
    now = iter([0.0, 1.0, 3.0, 3.0, 10.0, 11.0, 13.0, 13.0, 15.0, 15.0])
    monkeypatch.setattr("keras_stable.checkpoints.goodput.time.monotonic", lambda: next(now))
    killed = WorkLog(tmp_path / "work.bin")
    killed.begin_step()
    killed.end_step(4)  # 2 seconds of 3; the process is killed here
    resumed = WorkLog(tmp_path / "work.bin")
    resumed.begin_step()
    resumed.end_step(4)  # 2 seconds of 3
    assert resumed.goodput(6) == Goodput(0.75, 0.75 * 4 / 8, 8, 8.0, 2)
    resumed.close()
    assert resumed.goodput(6).executed_steps == 8


def test_a_torn_file_is_gone_on_with(tmp_path):
    (tmp_path / "work.bin").write_bytes(b"\0" * 30)
    log = WorkLog(tmp_path / "work.bin")
    assert log.goodput(0).starts == 2
    assert log.goodput(0).steps == pytest.approx(1)
    log.close()
