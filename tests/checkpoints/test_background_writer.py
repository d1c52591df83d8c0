"""Jobs run beside the caller, one at a time."""

import threading

from keras_stable.checkpoints.background_writer import BackgroundWriter


def test_a_job_runs_beside_and_the_next_waits_for_it():
    writer, go, order = BackgroundWriter(), threading.Event(), []
    writer.submit(lambda: (go.wait(), order.append(1)))
    assert writer.busy
    threading.Timer(0.05, go.set).start()
    writer.submit(lambda: order.append(2))
    assert writer.wait() is None
    assert order == [1, 2]
    assert not writer.busy


def test_what_a_job_raises_is_handed_out_once():
    writer = BackgroundWriter()
    writer.submit(lambda: 1 / 0)
    assert isinstance(writer.submit(lambda: None), ZeroDivisionError)
    assert writer.wait() is None
