"""Every tag of TensorBoard that the dashboard writes, as data, and the table of them in the documentation."""

from dataclasses import dataclass
from typing import Literal

LOSS = "at a glance/1 loss"
NORMS = "at a glance/3 gradient norm before and after clipping"
CLASSES = "at a glance/4 effective classes predicted"
NORM_LIMIT = 10.0
"""The gradient norm before clipping that a stable training stays under."""
QUANTITIES = {
    "weight_norm": "norm of the variable after the step",
    "update_norm": "norm of what the step has added to it",
    "update_ratio": "update norm / weight norm",
    "second_moment_norm": "norm of the optimizer's second moment of it",
}
"""What is written of every variable beside the norm of its gradient, where the optimizer's history has it."""
PREDICTION_KEYS = {
    "unique_classes": "how many classes were predicted",
    "effective_classes": "exp(entropy) of the predicted shares",
    "top_class_share": "share of the class predicted most often",
    "never_predicted_classes": "labelled classes that were never predicted",
    "label_divergence": "Jensen-Shannon divergence from the labels' shares, in nats",
    "distinct_in_10": "classes in 10 predictions taken at random, on average",
}
"""What is written of the predictions, where `logs` has it; the first three always."""
EPOCH_KEYS = ("clip_fraction", "skipped_steps")


@dataclass(frozen=True)
class Tag:
    """A tag of TensorBoard, or a family of them.

    Attributes:
        name: with `<...>` where it varies.
        meaning: what is shown under it, with the unit where it has one.
        kind: the page of TensorBoard that shows it.
        when: how often it is written.
        curves: the curves in its card.
    """

    name: str
    meaning: str
    kind: Literal["scalar", "histogram", "image", "text"] = "scalar"
    when: Literal["window", "epoch", "pictures", "start", "end"] = "epoch"
    curves: str = "training"


_BOTH = "training, validation"
_SPREAD = (("smallest", "the smallest"), ("median", "the median"), ("largest", "the largest"))
TAGS: tuple[Tag, ...] = (
    Tag(LOSS, "the loss", curves=_BOTH),
    Tag(
        "at a glance/2 <metric>",
        "the accuracy, or the first metric of a model that has none; its name stands in the tag",
        curves=_BOTH,
    ),
    Tag(NORMS, "global gradient norm before any clip, and after all clips", "scalar", "window", "before, after"),
    Tag(CLASSES, "exp(entropy) of the predicted shares", curves=_BOTH),
    Tag("at a glance/5 <key>", "every other key of `logs`", curves=_BOTH),
    Tag("gradients/global_norm", "global norm before any clip", "scalar", "window"),
    Tag("gradients/applied_norm", "global norm after all clips", "scalar", "window"),
    Tag("gradients/<variable path>", "norm of that variable's gradient before any clip", "scalar", "window"),
    Tag("gradients/clip_fraction", "share of the steps that a clip changed"),
    Tag("gradients/skipped_steps", "steps that were skipped because a gradient was NaN or infinite"),
    Tag("gradients/limit/norm_10", "10, for the charts of Custom Scalars", "scalar", "window"),
    Tag("gradients/limit/global_clipnorm", "the optimizer's `global_clipnorm`, for the same", "scalar", "window"),
    Tag("gradients/by_layer_over_time", "heat map of the gradient norm by variable and step", "image", "pictures"),
    *(Tag(f"layers/{name}/<variable path>", text, "scalar", "window") for name, text in QUANTITIES.items()),
    *(
        Tag(
            f"layers/<quantity>_{name}",
            f"{text} over the variables, of the gradient norm and of each of these",
            "scalar",
            "window",
        )
        for name, text in _SPREAD
    ),
    Tag("layers/log10_gradient_norm/<variable path>", "how its logarithm was spread over the steps", "histogram"),
    *(Tag(f"predictions/{key}", text, curves=_BOTH) for key, text in PREDICTION_KEYS.items()),
    Tag("predictions/predicted_classes", "class ids predicted in validation", "histogram", "epoch", "validation"),
    Tag(
        "predictions/confusion_matrix",
        "share of each true class that was predicted as each class, in validation",
        "image",
        "pictures",
        "validation",
    ),
    Tag(
        "predictions/class_shares",
        "share of each class among the predictions and among the labels",
        "image",
        "pictures",
        "validation",
    ),
    Tag(
        "predictions/largest_losses",
        "the validation pictures with the largest loss, where inputs are pictures",
        "image",
        "pictures",
        "validation",
    ),
    Tag("rates/learning_rate", "the optimizer's learning rate"),
    Tag("rates/steps_per_second", "steps a second, validation left out"),
    Tag("summary/<figure>", "a figure of the whole training, for HParams", "scalar", "end"),
    Tag("about/dashboard", "what is shown, how points stand for steps, and what could not be shown", "text", "start"),
    Tag("about/config", "the config, or the `hparams` of a script", "text", "start"),
    Tag("about/model", "the model's summary", "text", "start"),
    Tag("audit/findings", "the findings of the live rules, whenever they change", "text"),
)
WHEN = {
    "window": "every window of steps: the largest value in it",
    "epoch": "every epoch",
    "pictures": "now and then, and at the end",
    "start": "once, at the start",
    "end": "once, at the end",
}


def metric_tag(key: str, first: str | None) -> str:
    """Returns the tag of a key of `logs` without `val_`.

    Args:
        key: str, of `logs`.
        first: the key that stands beside the loss, as `first_metric` returns it.

    >>> metric_tag("loss", "auc"), metric_tag("auc", "auc"), metric_tag("mae", "auc")
    ('at a glance/1 loss', 'at a glance/2 auc', 'at a glance/5 mae')
    """
    if key == "loss":
        return LOSS
    if key in PREDICTION_KEYS:
        return f"predictions/{key}"
    if key in EPOCH_KEYS:
        return f"gradients/{key}"
    return f"at a glance/{2 if key == first else 5} {key}"


def tags_table() -> str:
    """Returns all tags as a table in Markdown."""
    lines = ["| tag | page | what it shows | when | curves |", "| --- | --- | --- | --- | --- |"]
    for tag in TAGS:
        page = {"scalar": "Time Series", "histogram": "Histograms", "image": "Images", "text": "Text"}[tag.kind]
        lines.append(f"| `{tag.name}` | {page} | {tag.meaning} | {WHEN[tag.when]} | {tag.curves} |")
    return "\n".join(lines) + "\n"
