"""Targets of another scale in training alone: undone behind the output, so that answers keep their unit."""

from dataclasses import dataclass

import libcst as cst

from keras_stable.source_edits.items import appended
from keras_stable.source_edits.layer_places import LayerPlace, items_around, layer_place
from keras_stable.source_edits.naming import spelled
from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.parts import part_of
from keras_stable.source_edits.project import Project
from keras_stable.source_edits.source_tree import Patch, dotted
from keras_stable.source_edits.statements import fresh_name, lines_before


@dataclass(frozen=True)
class TargetScale:
    """What training is to see of the targets of one output: `scale * y + offset`.

    Attributes:
        number: int, of the output, from 0.
        scale: float, other than 0.
        offset: float.
    """

    number: int
    scale: float
    offset: float


def scaled_targets(project: Project, scaling: TargetScale) -> list[Patch]:
    """Returns the patches that let a model train on scaled targets and answer in their own unit.

    A `Rescaling` comes behind the output, and the loss is taken of scaled values.

    Raises:
        NotPlacedError: where the output or its loss is made is not certain.
    """
    ends, outputs = project.program.ends, project.program.outputs
    target = ends[scaling.number] if scaling.number < len(ends) else ""
    if not target:
        raise NotPlacedError("which layer gives the output is not certain")
    place = layer_place(*project.made(target))
    factor, offset = 1 / scaling.scale, -scaling.offset / scaling.scale
    layer = spelled(place.tree, place.made, f"keras.layers.Rescaling({factor:.6g}, {offset:.6g})")
    part = part_of(project, f"loss:{outputs[scaling.number]}" if len(ends) > 1 else "loss")
    code = f"keras_stable.losses.ScaledTargets(loss, scale={scaling.scale:.6g}, offset={scaling.offset:.6g})"
    loss = spelled(part.tree, part.node, code, {"loss": part.tree.text(part.node)})
    start, end = part.tree.start(part.node), part.tree.end(part.node)
    patches = [Patch(part.tree.file, start, end, loss.code), *loss.patches]
    return [*_behind(place, layer.code), *layer.patches, *patches]


def _behind(place: LayerPlace, code: str) -> list[Patch]:
    """Returns the patches that put a layer behind the one that gives the output."""
    tree = place.tree
    if place.how == "applied":
        before: list[Patch] = []
        if place.kept is not None and dotted(place.kept).startswith("self."):
            name = fresh_name(tree, f"after_{dotted(place.kept).partition('.')[2]}")
            line = lines_before(tree, place.made, [f"self.{name} = {code}"])
            before, code = [line] if line else [], f"self.{name}"
        start, end = tree.start(place.node), tree.end(place.node)
        return [*before, Patch(tree.file, start, start, f"{code}("), Patch(tree.file, end, end, ")")]
    if place.how == "element":
        items, group = items_around(tree, place.node), tree.parent(place.node)
        if group is None or items[-1] is not place.node:
            raise NotPlacedError("other layers stand behind the one that gives the output")
        return [appended(tree, items, tree.end(group) - 1, code)]
    assert isinstance(place.node, cst.SimpleStatementLine)
    added = place.node.body[0]
    assert isinstance(added, cst.Expr)
    assert isinstance(added.value, cst.Call)
    end = tree.line_end(tree.end(place.node))
    indentation = tree.indentation(tree.start(place.node)) or ""
    return [Patch(tree.file, end, end, f"{indentation}{tree.text(added.value.func)}({code}){tree.newline}")]
