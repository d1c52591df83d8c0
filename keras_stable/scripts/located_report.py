"""A report whose findings name the line of the user's code to change."""

from dataclasses import replace
from typing import Any

from keras_stable.diagnosis.edit import named_callback
from keras_stable.diagnosis.reporting.code_location import CodeLocation
from keras_stable.diagnosis.reporting.finding import Finding
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.scripts.fit_calls import FitCall
from keras_stable.scripts.locating import Locations


def located(report: Report, call: FitCall, made: Locations, compiled: Locations) -> Report:
    """Returns the report with a `location` in every finding whose place is in the user's code.

    Args:
        report: of the audit of a `fit`.
        call: that `fit`.
        made: where layers, optimizers, losses, metrics, callbacks and schedules were made.
        compiled: where models were compiled.
    """
    places = _Places(call, made, compiled)
    return replace(report, findings=tuple(replace(f, location=places.of(f)) for f in report.findings))


class _Places:
    def __init__(self, call: FitCall, made: Locations, compiled: Locations) -> None:
        self._call, self._made = call, made
        self._compile = compiled.of(call.model)
        layers = _layers(call.model)
        # A report calls a layer by its path, or by its name where that says enough.
        self._layers = {layer.name: made.of(layer) for layer in reversed(layers)}
        self._layers |= {layer.path: made.of(layer) for layer in layers}

    def of(self, finding: Finding) -> CodeLocation | None:
        """Returns the line to change: what the finding's first edit changes, or what its place says."""
        for edit in finding.edits:
            if location := self._of_owner(edit.target):
                return location
        if location := self._of_layer(finding.where):
            return location
        return (self._compile or self._call.location) if finding.where == "compile" else self._call.location

    def _of_owner(self, owner: str) -> CodeLocation | None:
        kind, _, name = owner.partition(":")
        model, arguments = self._call.model, self._call.arguments
        if kind == "layer":
            return self._of_layer(name)
        if kind == "optimizer":
            return self._made.of(getattr(model, "optimizer", None)) or self._compile
        if kind in ("compile", "metric"):
            return self._compile
        if kind == "schedule":
            from keras_stable.keras_private import learning_rate_source

            optimizer = getattr(model, "optimizer", None)
            return self._made.of(learning_rate_source(optimizer)) or self._made.of(optimizer) or self._compile
        if kind == "loss":
            loss = getattr(model, "loss", None)
            return self._made.of(loss.get(name) if isinstance(loss, dict) else loss) or self._compile
        if kind == "callback":
            callbacks = arguments.get("callbacks") or []
            callbacks = callbacks if isinstance(callbacks, list | tuple) else [callbacks]
            return self._made.of(named_callback(callbacks, name)) or self._call.location
        return self._call.location

    def _of_layer(self, place: str) -> CodeLocation | None:
        """Returns where a layer was made; a path of a variable or of a layer within names it, too."""
        while place:
            if location := self._layers.get(place):
                return location
            place = place.rpartition("/")[0]
        return None


def _layers(model: Any) -> list[Any]:
    from keras_stable.keras_private import flatten_layers

    return flatten_layers(model, include_self=False)
