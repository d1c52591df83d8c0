"""Checkpoints of a training of several workers: each keeps its own, and all go on from the same step."""

from pathlib import Path
from typing import Any

from keras_stable.checkpoints.archive import Archive
from keras_stable.checkpoints.store import CheckpointStore
from keras_stable.distribution.agreement import number_of_each_worker
from keras_stable.distribution.cluster import is_chief


def directory_of_worker(strategy: Any, directory: Path) -> Path:
    """Returns where this worker keeps its checkpoints: the chief in the directory, every other in one of its own in it.

    What a worker holds differs from what the others hold: the sums of its metrics, its moving statistics, its random
    states.
    """
    if is_chief(strategy):
        return directory
    resolver = strategy.cluster_resolver
    return directory / f"{resolver.task_type}-{resolver.task_id}"


def newest_of_all(store: CheckpointStore, strategy: Any) -> Archive | None:
    """Returns the newest whole checkpoint of a moment that every worker has one of; None where there is none.

    A worker that was killed may have one less than the others, or a damaged one.

    Args:
        store: this worker's checkpoints.
        strategy: every worker calls this with its own.

    Raises:
        NewerFormatError: one is of a newer version.
    """
    archive = store.newest()
    while True:
        orders = number_of_each_worker(strategy, -1 if archive is None else store.order(archive))
        if (orders == orders[0]).all():
            return archive
        archive = store.newest(before=int(orders.min()) + 1)
