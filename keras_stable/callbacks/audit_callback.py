"""The cheap rules of the audit while `fit` runs."""

import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from keras_stable.callbacks.checked_callback import CheckedCallback
from keras_stable.callbacks.event_writer import EventWriter
from keras_stable.diagnosis.facts import Gradients, Plan, VariableGradient
from keras_stable.diagnosis.judging.histories import history_facts
from keras_stable.diagnosis.judging.learning import judge
from keras_stable.diagnosis.judging.runner import Evidence, run_rules
from keras_stable.diagnosis.judging.selection import chosen_rules
from keras_stable.diagnosis.reporting.finding import Finding
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.diagnosis.rule import Rule
from keras_stable.errors import InvalidArgumentError
from keras_stable.optimizers.history import GradientHistory, GradientHistoryReader

_LOG = logging.getLogger("keras_stable")
_LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "advice": logging.INFO}
# Of fewer epochs nobody can tell a slow start from standing still.
_EPOCHS_TO_JUDGE = 5
_STEPS_KEPT = 64


class AuditCallback(CheckedCallback):
    """Runs the rules that need nothing but what `fit` shows anyway, at the end of each epoch.

    They see the logged losses and metrics so far and, where the optimizer is one of `keras_stable.optimizers`, its
    gradient norms. No sample is looked at and nothing is run again. For the other rules, call
    `keras_stable.audit`. A finding is logged once, by the logger "keras_stable", when it first comes up.

    | key in `logs` | value |
    | --- | --- |
    | `audit_errors` | findings of severity "error" as of this epoch |
    | `audit_warnings` | the same for "warning" |

    | TensorBoard tag | value |
    | --- | --- |
    | `audit/findings` | a text: the findings of the epoch, with what to change |

    Args:
        log_dir: Where the TensorBoard events go; None writes none.
        rules: Own rules beside the package's.
        select: Ids, slugs or beginnings of ids of the rules to run; empty means all that can.
        ignore: The same, left out.

    Raises:
        InvalidArgumentError: When a rule is asked for that does not exist.

    >>> AuditCallback(select=["KS9"])
    Traceback (most recent call last):
    keras_stable.errors.InvalidArgumentError: `select` must be ids such as "KS401", beginnings such as "KS4", or \
slugs. Received: select='KS9'
    """

    def __init__(
        self,
        log_dir: str | os.PathLike | None = None,
        *,
        rules: Iterable[Rule] | None = None,
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self.rules = chosen_rules(rules, select, ignore)
        self.log_dir = log_dir
        self.report = Report()
        self._writer: EventWriter | None = None

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._logs: dict[str, list[float]] = {}
        self._known: set[tuple[str, str]] = set()
        self._gradients: Gradients | None = None
        self._depth = {v.path: index for index, v in enumerate(self.model.trainable_variables)}
        try:
            self._reader: GradientHistoryReader | None = GradientHistoryReader(self.model.optimizer)
        except InvalidArgumentError:  # another optimizer keeps no norms, and the other rules run all the same
            self._reader = None
        if self.log_dir is not None:
            self._writer = EventWriter(self.log_dir)

    def note(self, logs: dict | None) -> None:
        """Keeps the logs of an epoch for the rules, which do not run after it."""
        for name, value in (logs or {}).items():
            if np.ndim(value) == 0:
                self._logs.setdefault(name, []).append(float(value))

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.note(logs)
        if self._reader is not None:
            self._gradients = _gradients(self._reader.read(), self._depth) or self._gradients
        self.report = run_rules(self.rules, Evidence(self._evidence()))
        self._tell(epoch)
        if logs is not None:
            logs["audit_errors"] = sum(finding.severity == "error" for finding in self.report.findings)
            logs["audit_warnings"] = sum(finding.severity == "warning" for finding in self.report.findings)

    def on_train_end(self, logs: dict | None = None) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _evidence(self) -> dict[str, Any]:
        history = history_facts(self._logs)
        plan = Plan(
            samples=None,
            steps_per_epoch=self.params.get("steps"),
            epochs=self.params.get("epochs"),
            shuffle=None,
            trained=True,
        )
        learning = judge(plan, history=history)
        if learning.state in ("slow", "stuck") and len(history.loss) < _EPOCHS_TO_JUDGE:
            learning = replace(learning, state="unknown")
        evidence: dict[str, Any] = {"history": history, "plan": plan, "learning": learning}
        if self._gradients is not None:
            evidence["gradients"] = self._gradients
        return {name: lambda value=value: value for name, value in evidence.items()}

    def _tell(self, epoch: int) -> None:
        for finding in self.report.findings:
            if (finding.rule, finding.where) not in self._known:
                self._known.add((finding.rule, finding.where))
                line = "epoch %d: %s %s at %s: %s %s"
                _LOG.log(
                    _LEVELS[finding.severity],
                    line,
                    epoch + 1,
                    finding.id,
                    finding.rule,
                    finding.where,
                    finding.message,
                    finding.remedy,
                )
        for slug, problem in self.report.crashed.items():
            if (slug, "") not in self._known:
                self._known.add((slug, ""))
                _LOG.error("epoch %d: the rule %s crashed: %s", epoch + 1, slug, problem)
        if self._writer is not None:
            self._writer.text(epoch, "audit/findings", findings_markdown(self.report.findings))
            self._writer.flush()


def _gradients(history: GradientHistory, depth: dict[str, int]) -> Gradients | None:
    """Returns the norms of the last steps as the facts that the audit has of some batches."""
    if len(history) == 0:
        return None
    norms = history.variable_norm[-_STEPS_KEPT:]
    last = max(depth.get(path, 0) for path in history.variable_paths)
    variables = [
        VariableGradient(
            path=path,
            layer=path.rpartition("/")[0] or path,
            depth=depth.get(path, 0),
            part="readout" if depth.get(path, 0) >= last - 1 else "encoder",
            size=0,
            norms=tuple(norms[:, index].tolist()),
            mean_abs=float("nan"),
            zero=bool((norms[:, index] == 0).all()),
            nonfinite=int((~np.isfinite(norms[:, index])).sum()),
            weight_norm=float("nan"),
        )
        for index, path in enumerate(history.variable_paths)
    ]
    total = tuple(history.global_norm[-_STEPS_KEPT:].tolist())
    return Gradients(tuple(variables), total, penalty_norm=0.0, data_norm=float("nan"), batches=len(norms))


def findings_markdown(findings: Sequence[Finding]) -> str:
    """Returns findings as a table in Markdown, or a sentence where there is none."""
    if not findings:
        return "Nothing found."
    head = "| severity | rule | where | what | change |\n| --- | --- | --- | --- | --- |\n"
    rows = [
        f"| {finding.severity} | {finding.id} {finding.rule} | {finding.where} | {finding.message} | {finding.remedy} |"
        for finding in findings
    ]
    return head + "\n".join(rows)
