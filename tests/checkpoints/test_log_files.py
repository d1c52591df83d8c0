"""Log files are set back to a checkpoint, and nobody else's are touched."""

import time
from types import SimpleNamespace

import keras
import pytest

from keras_stable.checkpoints.log_files import EventFiles, read_csv, set_csv, this_process
from keras_stable.errors import CheckpointError


def name_of(process, number):
    return f"events.out.tfevents.{number}{process}"


def test_events_are_cut_and_those_of_later_processes_deleted(tmp_path):
    now = int(time.time()) + 1
    (tmp_path / "train").mkdir()
    logger = SimpleNamespace(log_dir=str(tmp_path))
    ours, other = tmp_path / "train" / name_of(this_process(), 1), tmp_path / name_of(".host.9", 1)
    for path in (ours, other):
        path.write_bytes(b"before")
    sizes = EventFiles([logger]).sizes()
    ours.write_bytes(b"before and after")
    (tmp_path / name_of(this_process(), 2)).touch()  # by its time, of a process before this one
    (tmp_path / name_of(this_process(), now)).touch()
    EventFiles([logger]).sizes()  # of a `fit` of this process
    (tmp_path / name_of(".host.8", 2)).touch()
    (tmp_path / "notes").touch()
    events = EventFiles([logger])
    new = tmp_path / name_of(this_process(), now + 1)
    new.touch()  # of this process: its training has just begun
    with ours.open("ab") as file:  # of a training of this process that is over
        events.set_back(sizes, [this_process()])
        file.write(b"late")
    assert ours.read_bytes() == other.read_bytes() == b"before"
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"train", "notes", other.name, name_of(".host.8", 2), new.name}


@pytest.mark.parametrize("sizes", [None, [], {"a": "b"}, {"a": -1}])
def test_other_sizes_are_refused(tmp_path, sizes):
    with pytest.raises(CheckpointError):
        EventFiles([]).set_back(sizes, [])


def test_writers_are_flushed():
    flushed = []
    writer = SimpleNamespace(flush=lambda: flushed.append(True))
    EventFiles([SimpleNamespace(log_dir="x", _writer=writer, _writers={"train": writer})]).flush()
    assert len(flushed) == 2


def test_a_csv_goes_on_after_what_was_kept(tmp_path):
    logger = keras.callbacks.CSVLogger(str(tmp_path / "h.csv"))
    logger.on_train_begin()
    logger.on_epoch_end(0, {"loss": 1.0})
    text = read_csv(logger)
    logger.on_epoch_end(1, {"loss": 2.0})
    logger.on_train_end()
    again = keras.callbacks.CSVLogger(str(tmp_path / "h.csv"))
    again.on_train_begin()
    set_csv(again, text)
    again.on_epoch_end(1, {"loss": 3.0})
    again.on_train_end()
    assert (tmp_path / "h.csv").read_bytes().split() == [b"epoch,loss,val_loss", b"0,1.0,NA", b"1,3.0,NA"]
    with pytest.raises(CheckpointError):
        set_csv(again, 3)
