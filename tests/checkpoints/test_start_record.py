"""What a training began with is found by every later process."""

import pytest

from keras_stable.checkpoints.log_files import this_process
from keras_stable.checkpoints.start_record import StartRecord
from keras_stable.errors import CheckpointError


def test_the_first_process_decides(tmp_path):
    first = StartRecord(tmp_path / "start.json", {"a": 1}, [None, "b"])
    second = StartRecord(tmp_path / "start.json", {"a": 2}, [])
    assert (first.processes, second.processes) == ([], [this_process()])
    assert second.order_seed == first.order_seed
    assert (second.event_sizes, second.csv) == ({"a": 1}, [None, "b"])


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"order_seed": -1, "processes": [], "event_sizes": {}, "csv": []}']
)
def test_another_file_is_refused(tmp_path, content):
    (tmp_path / "start.json").write_text(content)
    with pytest.raises(CheckpointError):
        StartRecord(tmp_path / "start.json", {}, [])
