import pytest

from keras_stable.callbacks import StabilityGuard
from keras_stable.errors import InvalidArgumentError


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"action": "undo"}, "`action` must be one of 'rollback', 'stop', 'warn'. Received: action='undo'"),
        ({"max_rollbacks": -1}, "`max_rollbacks` must be an integer >= 0. Received: max_rollbacks=-1"),
        ({"snapshots": 1}, "`snapshots` must be an integer >= 2. Received: snapshots=1"),
        ({"rate_factor": 0}, "`rate_factor` must be a number in (0, 1]. Received: rate_factor=0"),
        ({"rate_factor": "low"}, "`rate_factor` must be a number in (0, 1]. Received: rate_factor='low'"),
        ({"on_disk": True}, "`on_disk` must be False where no `directory` is set. Received: on_disk=True"),
        ({"keep_batches": 4}, "`keep_batches` must be 0 where neither `directory` nor `log_dir` is set"),
    ],
    ids=["action", "max_rollbacks", "snapshots", "rate_factor", "rate_factor text", "on_disk", "keep_batches"],
)
def test_bad_arguments_are_one_clear_line(arguments, message):
    with pytest.raises(InvalidArgumentError) as raised:
        StabilityGuard(**arguments)
    assert str(raised.value).startswith(message)
