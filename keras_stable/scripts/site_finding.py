"""Where in its source a program that was run up to its `fit` makes its parts."""

import inspect
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from keras_stable.scripts.fit_calls import FitCall
from keras_stable.scripts.locating import Locations
from keras_stable.scripts.own_loops import OwnLoop
from keras_stable.source_edits.sites import ProgramSites, Site

Kind = Literal["arrays", "dataset", "other"]


def program_sites(
    call: FitCall, made: Locations, compiled: Locations, facts: Mapping[str, Any], arguments: tuple[str, ...] = ()
) -> ProgramSites:
    """Returns where the parts of a program are made, as its edits name them.

    Args:
        call: its `fit`.
        made: where layers, optimizers, losses, metrics, callbacks and schedules were made.
        compiled: where models were compiled.
        facts: of the audit's report: `structure` tells which layers take the inputs.
        arguments: tuple of str, the command line of the script.
    """
    from keras_stable.diagnosis.evidence.data.stream_kinds import stream_kind
    from keras_stable.diagnosis.evidence.model.names import input_names

    given = call.arguments
    x, validation = given.get("x"), given.get("validation_data")
    sites = {"fit": Site(call.spans, "fit")}
    if spans := compiled.spans(call.model):
        sites["compile"] = Site(spans, "compile")
    sites |= _compiled_sites(call.model, made, spans) | _callback_sites(given.get("callbacks"), made)
    layers = _layer_sites(call.model, made)
    names = [] if stream_kind(x) or x is None else input_names(call.model, x)
    first, by_input = _first_layers(facts.get("structure"), layers)
    for name, targets in by_input.items():
        if len(targets) == 1 and targets[0] in layers:
            sites[f"input:{name}"] = layers[targets[0]]
    return ProgramSites(
        sites | layers,
        tuple(first) if set(first) <= layers.keys() else (),
        arguments,
        _kind(x),
        "" if validation is None else _kind(validation[0] if isinstance(validation, tuple | list) else validation),
        tuple(getattr(call.model, "output_names", None) or ()),
        tuple(names),
        _ends(facts.get("outputs"), layers),
        {name: form for name in ("x", "y") if (form := _form(given.get(name)))},
    )


def loop_sites(program: ProgramSites, loop: OwnLoop, made: Locations) -> ProgramSites:
    """Returns the sites of a program that trains by a loop of its own, which has no `fit` and maybe no `compile`.

    Args:
        program: as `program_sites` returns it for what the loop was made into.
        loop: the loop.
        made: where layers, optimizers and losses were made.
    """
    parts = {"optimizer": loop.optimizer, "loss": loop.loss}
    own = {name: _site(part, made) for name, part in parts.items() if part is not None and made.is_direct(part)}
    return replace(program, sites=program.layers() | own)


def _kind(x: Any) -> Kind:
    from keras_stable.diagnosis.evidence.data.stream_kinds import stream_kind

    kind = stream_kind(x)
    return "arrays" if not kind else "dataset" if kind == "dataset" else "other"


def _form(data: Any) -> str:
    if isinstance(data, dict):
        return "dict"
    several = isinstance(data, list | tuple) and bool(data) and all(hasattr(array, "shape") for array in data)
    return "list" if several else ""


def _compiled_sites(model: Any, made: Locations, compiled: tuple[Any, ...]) -> dict[str, Site]:
    from keras_stable.keras_private import learning_rate_source

    optimizer = getattr(model, "optimizer", None)
    inner = getattr(optimizer, "inner_optimizer", None)
    if inner is not None and not made.is_direct(optimizer):
        # Keras has put it around what it was given, for float16.
        optimizer = inner
    sites = {"optimizer": _site(optimizer, made, compiled)}
    schedule = learning_rate_source(optimizer)
    if made.spans(schedule):
        sites["schedule"] = _site(schedule, made)
    loss = getattr(model, "loss", None)
    losses = (
        loss if isinstance(loss, dict) else dict(zip(getattr(model, "output_names", ()), _listed(loss), strict=False))
    )
    sites |= {f"loss:{name}": _site(own, made, compiled) for name, own in losses.items()}
    if not isinstance(loss, dict | list | tuple):
        sites["loss"] = _site(loss, made, compiled)
    return {target: site for target, site in sites.items() if site.spans}


def _listed(loss: Any) -> list[Any]:
    return list(loss) if isinstance(loss, list | tuple) else [loss]


def _site(part: Any, made: Locations, otherwise: tuple[Any, ...] = ()) -> Site:
    """Returns the site of an object; of what is given as a name or function, of what it was given to."""
    spans = made.spans(part)
    if not spans:
        return Site(otherwise)
    signature = _parameters(type(part))
    values = {name: repr(p.default) for name, p in signature.items() if p.default is not inspect.Parameter.empty}
    positional = [name for name, p in signature.items() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return Site(spans, type(part).__name__, tuple(positional), values)


def _parameters(kind: type) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(kind).parameters
    except (TypeError, ValueError):  # a class that Python cannot look into takes what its call shows
        return {}


def _callback_sites(callbacks: Any, made: Locations) -> dict[str, Site]:
    from keras_stable.diagnosis.edit import callback_names
    from keras_stable.diagnosis.evidence.program.fit_arguments import FitArguments

    sites: dict[str, Site] = {}
    listed = FitArguments.checked(callbacks=callbacks).callbacks if callbacks is not None else ()
    for callback, name in zip(listed, callback_names(listed), strict=True):
        if made.is_direct(callback):
            sites[f"callback:{name}"] = _site(callback, made)
            sites.setdefault(f"callback:{type(callback).__name__}", sites[f"callback:{name}"])
    return sites


def _layer_sites(model: Any, made: Locations) -> dict[str, Site]:
    from keras_stable.diagnosis.evidence.model.names import layer_paths
    from keras_stable.keras_private import flatten_layers

    paths = layer_paths(model)
    layers = [layer for layer in flatten_layers(model, include_self=False) if id(layer) in paths]
    return {f"layer:{paths[id(layer)]}": _site(layer, made) for layer in layers if made.is_direct(layer)}


def _first_layers(structure: Any, sites: Mapping[str, Site]) -> tuple[list[str], dict[str, list[str]]]:
    """Returns the targets of the layers that take the inputs, and those of each input.

    In the place of a layer that an installed package makes stands the model that it is in.
    """
    layers = getattr(structure, "layers", ())
    paths = {layer.path for layer in layers}
    by_input: dict[str, list[str]] = {}
    for layer in layers:
        for name in layer.inputs:
            if name not in paths:
                by_input.setdefault(name, []).append(_nearest(layer.path, sites))
    first = [target for targets in by_input.values() for target in targets]
    return list(dict.fromkeys(first)), {name: list(dict.fromkeys(targets)) for name, targets in by_input.items()}


def _ends(outputs: Any, sites: Mapping[str, Site]) -> tuple[str, ...]:
    """Returns the target of the layer that gives each output; "" for one that the user's line does not make."""
    targets = [f"layer:{output.layer}" for output in outputs or ()]
    return tuple(target if target in sites else "" for target in targets)


def _nearest(path: str, sites: Mapping[str, Site]) -> str:
    words = path.split("/")
    targets = [f"layer:{'/'.join(words[:length])}" for length in range(len(words), 0, -1)]
    return next((target for target in targets if target in sites), targets[0])
