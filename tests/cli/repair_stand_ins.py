"""Repairs as data, for what is made of them."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.reporting.report import Report


@dataclass(frozen=True)
class Repaired:
    """What `keras_stable.repair` returns, as far as a command looks at it."""

    changes: tuple = ()
    verdict: str = "repaired"
    report: Any = field(default_factory=Report)
    report_after: Any = None
    trainings: float = 2.0
    model: Any = None
    curves: Any = field(default_factory=lambda: SimpleNamespace(figure=""))

    def to_html(self, path):
        path.write_text("<html></html>")


def change(rule, *edit):
    return SimpleNamespace(rule=rule, edit=Edit(*edit), why="It was wrong.", gain=0.25, p_value=0.01)


RATE = change("learning-rate-too-high", "set_argument", "optimizer", "learning_rate", "0.01")
EPOCHS = change("slow-convergence", "set_argument", "fit", "epochs", "20")
