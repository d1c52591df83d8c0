import keras
import pytest
import tensorflow as tf

from keras_stable.diagnosis.evidence.program.own_functions import isolated, unheard
from keras_stable.diagnosis.rule import Skip

CALLS = []
COUNT = 0


def counted(epoch):
    global COUNT
    COUNT += 1
    CALLS.append(epoch)
    return float(COUNT + len(CALLS))


class Scheduler:
    def __init__(self):
        self.epochs = []

    def rate(self, epoch):
        self.epochs.append(epoch)
        return 0.5 ** len(self.epochs)


def test_global_lists_and_counters_stay_as_they_were():
    run = isolated(counted)
    assert [run(0), run(1)] == [2.0, 4.0]
    assert CALLS == []
    assert COUNT == 0


def test_what_a_method_keeps_in_its_object_stays_too():
    scheduler = Scheduler()
    run = isolated(scheduler.rate)
    assert [run(0), run(1)] == [0.5, 0.25]
    assert scheduler.epochs == []


def test_a_schedule_of_keras_and_a_builtin_are_called_as_they_are():
    assert float(isolated(keras.optimizers.schedules.ExponentialDecay(1.0, 1, 0.5))(1)) == 0.5
    assert isolated(abs)(-1.0) == 1.0


def test_what_cannot_be_copied_is_skipped():
    class Stuck:
        def __deepcopy__(self, memo):
            raise TypeError("no copies")

        def __reduce_ex__(self, protocol):
            return Stuck.refuse, ()

        @staticmethod
        def refuse():
            raise TypeError("no copies")

    stuck = Stuck()
    with pytest.raises(Skip, match="apart from the program"):
        isolated(lambda epoch: stuck and 1.0)


def test_nothing_is_printed_or_written(capsys, tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    with writer.as_default(), unheard():
        print("a line")
        tf.summary.scalar("rate", 0.1, step=0)
    writer.close()
    assert capsys.readouterr().out == ""
    events = [event for file in tmp_path.iterdir() for event in tf.compat.v1.train.summary_iterator(str(file))]
    assert not any(event.HasField("summary") for event in events)
