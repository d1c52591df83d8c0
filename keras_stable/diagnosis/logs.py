"""What a training step logs: which of its numbers are losses, and which of them is the total."""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

TOTAL = "loss"
"""The name under which Keras logs the total."""

_MEANT = frozenset({"loss", "kl", "kld"})
_WORDS = re.compile(r"[^a-zA-Z0-9]+")


def flat(logs: Mapping[str, Any]) -> dict[str, Any]:
    """Returns logs without dictionaries inside, as `fit` passes them on: the metrics of `compile` come as one.

    >>> flat({"loss": 1.0, "compile_metrics": {"mae": 0.5}})
    {'loss': 1.0, 'mae': 0.5}
    """
    numbers: dict[str, Any] = {}
    for name, value in logs.items():
        numbers |= flat(value) if isinstance(value, Mapping) else {name: value}
    return numbers


def loss_names(names: Iterable[str]) -> tuple[str, ...]:
    """Returns which names of a log are losses of the training data, the total first where there is one.

    >>> loss_names(["d_loss", "g_loss", "val_d_loss", "accuracy"]), loss_names(["kl_loss", "total_loss"])
    (('d_loss', 'g_loss'), ('total_loss', 'kl_loss'))
    """
    own = [name for name in names if not name.startswith("val_") and "scale" not in name]
    losses = [name for name in own if _MEANT & set(_words(name))]
    total = next((name for name in losses if _is_total(name)), None)
    return tuple(losses) if total is None else (total, *(name for name in losses if name != total))


def total(logs: Mapping[str, float]) -> float:
    """Returns the total loss of a log: what is named so, or else the sum of the losses; NaN without any.

    >>> total({"loss": 3.0, "kl_loss": 1.0}), total({"a_loss": 1.0, "b_loss": 2.0}), total({"accuracy": 1.0})
    (3.0, 3.0, nan)
    """
    losses = loss_names(logs)
    if not losses:
        return math.nan
    return logs[losses[0]] if _is_total(losses[0]) else sum(logs[name] for name in losses)


def has_total(names: Iterable[str]) -> bool:
    """Returns whether one of the names is that of the total, or there is a single loss.

    >>> has_total(["d_loss", "g_loss"]), has_total(["total_loss", "kl_loss"]), has_total(["my_loss", "accuracy"])
    (False, True, True)
    """
    losses = loss_names(names)
    return len(losses) == 1 or (bool(losses) and _is_total(losses[0]))


def _is_total(name: str) -> bool:
    return set(_words(name)) - {"total", "train", "training"} == {TOTAL}


def _words(name: str) -> list[str]:
    return [word for word in _WORDS.split(name.lower()) if word]
