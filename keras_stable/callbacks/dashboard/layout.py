"""The page Custom Scalars: charts of many curves, with the limits drawn in."""

from collections.abc import Sequence

import tensorflow as tf
from tensorboard.plugins.custom_scalar import layout_pb2

from keras_stable.callbacks.event_writer import EventWriter
from keras_stable.reporting.dashboard_tags import CLASSES, LOSS

_TAG = "custom_scalars__config__"
# What a tag of the group `gradients` may be, beside a variable.
_NO_VARIABLE = "global_norm$|applied_norm$|clip_fraction$|skipped_steps$|limit/"


def write_layout(writer: EventWriter, quantities: Sequence[str], metric: str | None = None) -> None:
    """Writes which charts the page Custom Scalars of a run shows.

    Args:
        writer: of the run.
        quantities: what is measured of each variable, as `quantities_of` names it; empty: no gradients.
        metric: the tag beside the loss. Default: none.
    """
    learning = [_lines("loss", LOSS), _lines("effective classes predicted", CLASSES)]
    if metric:
        learning.insert(1, _lines(metric.rpartition(" ")[2], metric))
    categories = [layout_pb2.Category(title="Learning", chart=learning)]
    if quantities:
        gradients = [
            _lines(
                "norm, limits: 10 before clipping, global_clipnorm after",
                "gradients/global_norm",
                "gradients/applied_norm",
                "gradients/limit/.*",
                exact=False,
            ),
            _lines("norm of each variable", f"gradients/(?!{_NO_VARIABLE}).*", exact=False),
        ]
        categories.append(layout_pb2.Category(title="Gradients", chart=gradients))
        margins = [_margin(name) for name in quantities]
        curves = [
            _lines(f"{_words(name)} of each variable", f"layers/{name}/.*", exact=False) for name in quantities[1:]
        ]
        categories.append(layout_pb2.Category(title="Layers: median, between smallest and largest", chart=margins))
        if curves:
            categories.append(layout_pb2.Category(title="Layers: each", chart=curves, closed=True))
    layout = layout_pb2.Layout(category=categories)
    writer.plugin(0, _TAG, "custom_scalars", tf.make_tensor_proto(layout.SerializeToString()))


def _lines(title: str, *tags: str, exact: bool = True) -> layout_pb2.Chart:
    patterns = [f"^{tag}$" for tag in tags] if exact else [f"^{tag}" for tag in tags]
    return layout_pb2.Chart(title=title, multiline=layout_pb2.MultilineChartContent(tag=patterns))


def _margin(quantity: str) -> layout_pb2.Chart:
    tags = {which: f"layers/{quantity}_{which}" for which in ("smallest", "median", "largest")}
    series = layout_pb2.MarginChartContent.Series(value=tags["median"], lower=tags["smallest"], upper=tags["largest"])
    return layout_pb2.Chart(title=_words(quantity), margin=layout_pb2.MarginChartContent(series=[series]))


def _words(quantity: str) -> str:
    return quantity.replace("_", " ")
