"""Texts: the config, the model and the findings of the live rules, for TensorBoard's page Text."""

import os
from collections.abc import Mapping
from typing import Any

import keras

from keras_stable.callbacks.audit_callback import AuditCallback, findings_markdown
from keras_stable.callbacks.checked_callback import CheckedCallback
from keras_stable.callbacks.dashboard.hparams import flat
from keras_stable.callbacks.dashboard.run_writers import RunWriters, shared_writers
from keras_stable.callbacks.dashboard.time_share import TimeShare

# So a training of a few seconds is judged at its end only.
_SECONDS_TO_JUDGE = 0.05


class Texts(CheckedCallback):
    """Writes what a training is, and what the live rules say of it. It writes no key into `logs`.

    | TensorBoard tag | value |
    | --- | --- |
    | `about/dashboard` | the notes |
    | `about/config` | the config |
    | `about/model` | the model's summary |
    | `audit/findings` | what `AuditCallback` found, whenever it changes |

    The rules run after an epoch whenever they have taken less than 1 % of the time, and after the last.

    Args:
        log_dir: where the events go, or the `RunWriters` of a dashboard.
        config: a text in YAML, or nested mappings. Default: none.
        notes: str in Markdown, for `about/dashboard`. Default "": none.
        audit: bool, whether the live rules run; what they find is also logged, by the logger "keras_stable". Or the
            `AuditCallback` of the same `fit`, which runs before: what it finds is shown. Default True.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike | RunWriters,
        config: str | Mapping[str, Any] | None = None,
        notes: str = "",
        *,
        audit: bool | AuditCallback = True,
    ) -> None:
        super().__init__()
        self._writers = shared_writers(log_dir)
        self._config, self.notes = config, notes
        self._own = AuditCallback() if audit is True else None
        self._audit = audit if isinstance(audit, AuditCallback) else self._own
        self._time = TimeShare(expected=_SECONDS_TO_JUDGE)

    def set_model(self, model: Any) -> None:
        """Takes the model that is about to be trained, for the rules too."""
        super().set_model(model)
        if self._own is not None:
            self._own.set_model(model)

    def set_params(self, params: dict[str, Any]) -> None:
        """Takes what `fit` was called with, for the rules too."""
        super().set_params(params)
        if self._own is not None:
            self._own.set_params(params)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._writers.begin()
        self._time.start()
        self._findings: str | None = None
        writer = self._writers.of()
        if self.notes:
            writer.text(0, "about/dashboard", self.notes)
        if self._config:
            writer.text(0, "about/config", config_markdown(self._config))
        writer.text(0, "about/model", summary_markdown(self.model))
        if self._own is not None:
            self._own.on_train_begin({})
        self._writers.flush()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self._own is not None:
            last = epoch + 1 == self.params.get("epochs")
            if not last and not self._time.allows():
                self._own.note(logs)
                return
            with self._time.spent():
                # A copy: the keys of the rules are not for the other callbacks.
                self._own.on_epoch_end(epoch, dict(logs or {}))
        if self._audit is None:
            return
        findings = findings_markdown(self._audit.report.findings)
        if findings != self._findings:
            self._findings = findings
            self._writers.of().text(epoch, "audit/findings", findings)
            self._writers.flush()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        if self._own is not None:
            self._own.on_train_end({})
        self._writers.end()


def config_markdown(config: str | Mapping[str, Any]) -> str:
    """Returns a config for the page: a text as it is, mappings as a table.

    >>> print(config_markdown({"optimizer": {"name": "adamw"}}))
    | key | value |
    | --- | --- |
    | `optimizer.name` | adamw |
    """
    if isinstance(config, str):
        return _code(config)
    rows = [
        f"| `{key}` | {value:g} |" if isinstance(value, float) else f"| `{key}` | {value} |"
        for key, value in flat(config).items()
    ]
    return "\n".join(["| key | value |", "| --- | --- |", *rows])


def summary_markdown(model: keras.Model) -> str:
    """Returns the model's summary for the page; a model that is not built yet is named only."""
    lines: list[str] = []
    try:
        model.summary(line_length=100, print_fn=lambda line, **_: lines.append(str(line)))
    except ValueError:  # a subclassed model that has not seen a batch
        return f"{model.name}, not built when training began"
    return _code("\n".join(lines))


def _code(text: str) -> str:
    return "\n".join(f"    {line.rstrip()}" for line in text.splitlines())
