"""`StartRecord`: what a training began with, and in which processes it has run."""

import json
import secrets
from pathlib import Path
from typing import Any

from keras_stable.checkpoints.data_order import ORDER_SEEDS
from keras_stable.checkpoints.log_files import this_process
from keras_stable.errors import CheckpointError
from keras_stable.reporting.temporary_path import TemporaryPath


class StartRecord:
    """A small file beside the checkpoints.

    Args:
        path: the file; what an earlier process has written in it is read.
        event_sizes: dict of str to int, the event files there are, for the first process.
        csv: list of str or None, what the CSV files hold, for the first process.

    Attributes:
        order_seed: int, for the order of arrays.
        processes: list of str, the processes before this one.
        event_sizes, csv: as the first process found them.

    Raises:
        CheckpointError: the file is none of this.
    """

    def __init__(self, path: Path, event_sizes: dict[str, int], csv: list[str | None]) -> None:
        content = _read(path) or {
            "order_seed": secrets.randbelow(ORDER_SEEDS),
            "processes": [],
            "event_sizes": event_sizes,
            "csv": csv,
        }
        self.order_seed: int = content["order_seed"]
        self.processes: list[str] = content["processes"]
        self.event_sizes: dict[str, int] = content["event_sizes"]
        self.csv: list[str | None] = content["csv"]
        with TemporaryPath(path) as temporary:
            processes = list(dict.fromkeys([*self.processes, this_process()]))
            temporary.write_text(json.dumps(content | {"processes": processes}), encoding="utf-8")


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} cannot be read ({error})") from error
    kinds = {"order_seed": int, "processes": list, "event_sizes": dict, "csv": list}
    if not isinstance(content, dict) or any(type(content.get(name)) is not kind for name, kind in kinds.items()):
        raise CheckpointError(f"{path} does not say how a training began")
    if not 0 <= content["order_seed"] < ORDER_SEEDS or not all(isinstance(name, str) for name in content["processes"]):
        raise CheckpointError(f"{path} does not say how a training began")
    return content
