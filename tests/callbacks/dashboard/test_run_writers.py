from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from keras_stable.callbacks.dashboard.run_writers import VALIDATION, RunWriters, shared_writers


def test_curves_lie_below_the_run_and_end_with_the_last_user(tmp_path):
    writers = RunWriters(tmp_path / "run")
    writers.begin()
    writers.begin()
    writer = writers.of()
    writer.scalars(0, ["loss"], [1.0])
    writers.of(VALIDATION).scalars(0, ["loss"], [2.0])
    writers.end()
    assert writers.of() is writer
    writers.of().scalars(1, ["loss"], [0.5])
    writers.end()
    for run, values in (("", [1.0, 0.5]), ("validation", [2.0])):
        events = EventAccumulator(str(tmp_path / "run" / run)).Reload()
        assert [point.value for point in events.Scalars("loss")] == values


def test_an_end_too_many_does_no_harm(tmp_path):
    writers = RunWriters(tmp_path)
    writers.end()
    writers.begin()
    assert writers.of() is writers.of()
    writers.end()


def test_writers_are_shared(tmp_path):
    writers = RunWriters(tmp_path)
    assert shared_writers(writers) is writers
    assert shared_writers(tmp_path).log_dir == str(tmp_path)
