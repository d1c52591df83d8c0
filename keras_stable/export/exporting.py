"""Exports a Keras model: written, proven and described beside its final place, then moved there in one step."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.errors import ExportError, InvalidArgumentError, invalid_argument
from keras_stable.export.card import write_card
from keras_stable.export.manifest import write_manifest
from keras_stable.export.private_text import check_private
from keras_stable.export.proof import Case, Proof, answers_of, prove, serve
from keras_stable.export.proof_cases import EXTREMES, edges, made_up
from keras_stable.export.quantizing import accuracy, quantized_copy
from keras_stable.export.samples import first_samples
from keras_stable.export.served_inputs import ServedInputs, find_inputs
from keras_stable.export.serving import SIGNATURE, Serving
from keras_stable.export.stored_proof import write_proof
from keras_stable.imports import first_line
from keras_stable.keras_private import flatten_layers

PROOF_SAMPLES = 256
"""How many samples a proof compares on."""
SAMPLES, MADE_UP = "samples", "made up"
_HALF = ("float16", "bfloat16")


@dataclass(frozen=True)
class Format:
    """A way to write a model.

    Attributes:
        name: "saved_model", "onnx" or "litert".
        write: writes the files of a `Serving` into a directory; in int8 where it gets samples to calibrate on.
        excused: the cases of a proof that its runtime may answer in its own way.
        class_names: whether it can give text.
    """

    name: str
    write: Callable[[Serving, Path, Case | None], None]
    excused: tuple[str, ...] = ()
    class_names: bool = True


@dataclass(frozen=True)
class Exported:
    """An export that was proven.

    Attributes:
        path: the directory of the version.
        proof: `Proof`, what was compared.
        card: what `card.json` says.
    """

    path: Path
    proof: Proof = field(repr=False)
    card: Mapping[str, Any] = field(repr=False)

    @property
    def version(self) -> int:
        """The number of the version."""
        return int(self.path.name)

    @property
    def largest_difference(self) -> float:
        """The largest difference between an answer of the export and one of the model in memory."""
        return self.proof.largest_difference


class Exporter:
    """A model that is ready to be written in any format.

    Args:
        model: any `keras.Model`: functional, Sequential or subclassed.
        samples: inputs that the proof compares on, as `fit` takes them: arrays, nested as the model takes them, a
            batched `tf.data.Dataset` or a `PyDataset`. Default: none; then it compares on made-up ones.
        class_names: names in the order of the class ids. Default: none.
        encoder: the layer that gives the features, or its name. Default: see `features.encoder_of`.
        input_signature: `keras.InputSpec`s nested as the model takes its inputs, for a model that is neither
            functional nor Sequential. Default: see `served_inputs.find_inputs`.
        task: "auto", "classes" or "values": what the outputs are. Default "auto", see `heads.find_heads`.
        about: `data`, `config`, `metrics` and `audit` for the card. Default: none.
        quantize: "int8", which needs `samples`. Default: none.
        labels: class ids of the samples, for the accuracy of a quantized export. Default: unknown.
    """

    def __init__(
        self,
        model: keras.Model,
        samples: Any = None,
        *,
        class_names: Sequence[str] | None = None,
        encoder: str | keras.layers.Layer | None = None,
        input_signature: Any = None,
        task: str = "auto",
        about: Mapping[str, Any] | None = None,
        quantize: str | None = None,
        labels: Any = None,
    ) -> None:
        if not isinstance(model, keras.Model):
            raise invalid_argument("model", "a keras.Model", type(model).__name__)
        if task not in ("auto", "classes", "values"):
            raise invalid_argument("task", "auto, classes or values", task)
        if quantize not in (None, "int8"):
            raise invalid_argument("quantize", "int8 or None", quantize)
        if quantize and samples is None:
            raise invalid_argument("samples", "given, to quantize by", None)
        self.model, self.about, self.quantize = model, dict(about or {}), quantize
        self.labels = None if labels is None else np.asarray(labels)[:PROOF_SAMPLES]
        first = None if samples is None else first_samples(samples, PROOF_SAMPLES)
        _build(model, first)
        inputs = find_inputs(model, first, input_signature)
        self.real = None if first is None else inputs.named(first)
        if self.real is not None and not len(next(iter(self.real.values()))):
            raise invalid_argument("samples", "at least one sample", "none")
        names = None if class_names is None else tuple(str(name) for name in class_names)
        self._arguments: dict[str, Any] = {"class_names": names, "encoder": encoder, "task": task}
        self.inputs = inputs
        self._half = any(layer.compute_dtype in _HALF for layer in flatten_layers(model))
        self.serving = self._serving(text=True)

    def write(self, form: Format, directory: Path) -> tuple[Proof, dict[str, Any]]:
        """Writes the model into an empty directory, proves it, and adds card, stored proof and manifest.

        Raises:
            ExportError: it cannot be written, or disagrees with the model.
        """
        serving = self.serving if form.class_names or not self._arguments["class_names"] else self._serving(text=False)
        cases, expected, unanswered = self._cases(serving)
        if form.name != "saved_model":
            expected = {case: {SIGNATURE: answers[SIGNATURE]} for case, answers in expected.items()}
        description = self._description(form, serving)
        if self.quantize:
            proof, described = self._write_quantized(form, serving, directory, cases, expected)
        else:
            form.write(serving, directory, None)
            # Two ways to fuse operations of 16 bits differ by more than is let through, far from the data.
            excused = (*form.excused, EXTREMES) if self._half else form.excused
            proof = prove(directory, cases, expected, form=form.name, excused=excused)
            described = {}
        proof.unproven |= unanswered
        public = [case for case in proof.cases if case != SAMPLES]
        write_proof(directory, {case: cases[case] for case in public}, {case: expected[case] for case in public})
        card = write_card(directory, {**description, "proof": self._summary(proof), **described}, self.about)
        check_private(directory)
        write_manifest(directory)
        return proof, card

    def _write_quantized(
        self, form: Format, serving: Serving, directory: Path, cases: dict[str, Case], expected: dict[str, Any]
    ) -> tuple[Proof, dict[str, Any]]:
        """Writes int8; what is proven is that the export answers, and it is told how well."""
        if form.name == "saved_model":
            serving = Serving(quantized_copy(self.model), self.inputs, **{**self._arguments, "encoder": None})
        form.write(serving, directory, self.real)
        proof = Proof()
        served = serve(directory, cases, form.name)
        whole = expected[SAMPLES][SIGNATURE]
        for case in list(expected):
            if f"{case}|error" in served:
                if case not in form.excused:
                    raise ExportError(f"The export must answer {case}. Received: {served[f'{case}|error']}")
                proof.unproven[case] = str(served[f"{case}|error"])
                continue
            # Repeated later, its answers must be these.
            expected[case] = {SIGNATURE: answers_of(served, case, SIGNATURE)}
            proof.cases[case] = 0.0
        figures = accuracy(whole, expected[SAMPLES][SIGNATURE], self.labels)
        proof.largest_difference = figures["largest_difference"]
        return proof, {"quantized": {"to": self.quantize, **figures}}

    def _serving(self, text: bool) -> Serving:
        arguments = self._arguments if text else {**self._arguments, "class_names": None}
        return Serving(self.model, self.inputs, **arguments)

    def _cases(self, serving: Serving) -> tuple[dict[str, Case], dict[str, Any], dict[str, str]]:
        made = made_up(self.inputs.specs, self.real)
        cases: dict[str, Case] = {MADE_UP: made, **edges(self.inputs.specs, made)}
        if self.real is not None:
            cases = {SAMPLES: self.real, **cases}
        expected, unanswered = {}, {}
        for case, arrays in cases.items():
            try:
                # Far from the data, of NaN, and in 16 bits, fused operations make something else than single ones.
                expected[case] = serving.expected(arrays, graph=self._half or case not in (SAMPLES, MADE_UP))
            except Exception as error:  # noqa: BLE001
                # What the model itself cannot answer, no export can.
                unanswered[case] = f"The model itself fails: {first_line(error)}"
        first = next(iter(cases))
        if first in unanswered:
            raise InvalidArgumentError(f"`samples` must be what the model takes. Received: {unanswered[first]}")
        return {case: cases[case] for case in expected}, expected, unanswered

    def _description(self, form: Format, serving: Serving) -> dict[str, Any]:
        return {
            "name": self.model.name,
            "format": form.name,
            "parameters": self.model.count_params(),
            "inputs": _described(serving.inputs),
            "outputs": {
                name: {"shape": list(spec.shape), "dtype": spec.dtype.name}
                for name, spec in serving.concrete(SIGNATURE).structured_outputs.items()
            },
            "signatures": list(serving.functions) if form.name == "saved_model" else [SIGNATURE],
            "heads": {name: head.kind for name, head in serving.heads.items()},
            "class_names": self._arguments["class_names"],
        }

    def _summary(self, proof: Proof) -> dict[str, Any]:
        return {
            "largest_difference": proof.largest_difference,
            "cases": proof.cases,
            "not_proven": proof.unproven,
            "samples": 0 if self.real is None else len(next(iter(self.real.values()))),
        }


def export_errors(path: str | os.PathLike[str], error: Exception) -> ExportError:
    """Returns the error for an export that cannot be written."""
    return ExportError(f"The export must be written to {path}. Received: {first_line(error)}")


def _build(model: keras.Model, first: Any) -> None:
    if model.built and (getattr(model, "inputs", None) or not isinstance(model, keras.Sequential)):
        return
    if first is None:
        raise invalid_argument("model", "built, or given together with `samples`", model.name)
    try:
        model(keras.tree.map_structure(lambda array: tf.constant(array[:1]), first), training=False)
    except Exception as error:
        raise InvalidArgumentError(f"`samples` must be what the model takes. Received: {first_line(error)}") from error


def _described(inputs: ServedInputs) -> dict[str, Any]:
    return {name: {"shape": list(spec.shape), "dtype": spec.dtype.name} for name, spec in inputs.specs.items()}
