"""What TensorFlow says of a lost worker becomes one clear error; nothing else does."""

import pytest
import tensorflow as tf

from keras_stable.distribution.lost_worker import lost_workers_named
from keras_stable.errors import WorkerLostError

# As TensorFlow 2.21 wrote them when one of two workers was killed.
OPERATION = "{{function_node __wrapped__CollectiveReduceV2_Nordering_token_1_device_/job:worker/replica:0/task:1}} "
RESET = (
    f"{OPERATION}Collective ops is aborted by: recvmsg:Connection reset by peer\nAdditional GRPC error information "
    "from remote target /job:worker/replica:0/task:0 while calling /tensorflow.WorkerService/CompleteInstance:"
)
HEARTBEAT = (
    f"{OPERATION}Collective ops is aborted by: Error reported from /job:worker/task:2: The following tasks are "
    "unhealthy (stopped sending heartbeats):\n/job:worker/replica:0/task:2\nThe tasks have crashed."
)


@pytest.mark.parametrize(("message", "worker"), [(RESET, 0), (HEARTBEAT, 2)])
def test_a_lost_worker_is_named(message, worker):
    lost = f"as worker {worker} of the cluster was lost"
    with pytest.raises(WorkerLostError, match=lost) as raised, lost_workers_named():
        raise tf.errors.UnavailableError(None, None, message)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("kind", [tf.errors.InternalError, tf.errors.AbortedError])
def test_other_errors_are_left_alone(kind):
    with pytest.raises(kind, match="out of memory"), lost_workers_named():
        raise kind(None, None, "out of memory")
