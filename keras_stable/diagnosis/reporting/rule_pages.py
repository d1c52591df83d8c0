"""The pages of the rules, in Markdown, made from the rules themselves."""

import inspect
import re
from collections.abc import Iterable, Iterator, Sequence

from keras_stable.diagnosis.rule import Rule
from keras_stable.diagnosis.rules import FAMILIES, all_rules

EVIDENCE = {
    "plan": "how `fit` is meant to run: samples, batch size, epochs, shuffling",
    "inputs": "the inputs, over the rows that were examined",
    "labels": "the labels, over the rows that were examined",
    "duplicates": "rows that occur more than once, in training and validation data",
    "pipeline": "what the source of the data brings over time, and in which order",
    "contrast": "how the validation data differs from the training data",
    "dependence": "whether inputs say anything about their labels, by quick predictors",
    "pairing": "whether the model tells the labels of rows that it was not trained on from those of others",
    "mirroring": "pictures that come mirrored, and whether their targets have a side",
    "input_cost": "how long a batch takes to be read, and a step to be taken",
    "answered": "what a trained model answers to rows of training and of validation",
    "structure": "the layers in data-flow order, with their settings and weights",
    "outputs": "the outputs, with their losses and metrics",
    "compiled": "the optimizer and the precision",
    "callbacks": "what Keras's own callbacks will do in the planned training, or did in the one that was run",
    "weights": "what samples and classes weigh, and whether that has an effect",
    "suspects": "labels that copies of the model do not believe which were trained without them",
    "schedule": "the learning rate over the whole training",
    "evaluation": "what the model answers now, without training",
    "activations": "the output of every layer over some batches",
    "gradients": "the gradient of every trainable variable over some batches",
    "features": "what enters the last learnt layer",
    "origin": "where the first NaN or infinity came up",
    "time_layers": "the layers that mix the steps of a sequence, and whether they get a mask",
    "padding": "where sequences are padded, and what that does to the answers",
    "words": "the ids that are looked up in embeddings",
    "axes": "how sequences run along their steps and their features",
    "foldings": "how rough inputs are along their memory, against along their steps",
    "carried_state": "the layers that carry a state from batch to batch, and the order of the batches",
    "missing_codes": "numbers far from all others of their column that come again and again",
    "untracked": "variables of TensorFlow that layers hold and Keras does not know of",
    "target_copies": "values of the inputs that are the target",
    "future": "what later inputs do to earlier answers, where the targets are later inputs",
    "frozen_statistics": "what enters frozen batch normalizations, against their statistics",
    "failure": "what a training step raises",
    "loss_checks": "what own losses and metrics make of chosen answers",
    "balance": "what each of several outputs has of the layers that they share",
    "kept_metrics": "metrics that nothing resets between epochs",
    "history": "the epochs of a `fit` that was run",
    "probe": "a short training of a copy of the model",
    "learning": "whether the model was seen to learn",
    "overfit": "a copy trained on one small batch",
    "zeroed": "the short training repeated with inputs of zeros",
    "curvature": "the largest eigenvalue of the Hessian",
    "noise": "the gradient noise scale",
    "rate_range": "the loss while the learning rate grows",
}
"""What each kind of evidence is, by the name that a rule's parameter has."""

_SEVERITIES = {
    "error": "training cannot work",
    "warning": "a defect, or probably the reason why training is bad",
    "advice": "a risk or a habit, which never counts as a defect",
}


def rule_page(rule: Rule, rules: Iterable[Rule] | None = None) -> str:
    """Returns the page of a rule.

    Args:
        rule: the rule; the sections of its docstring make up most of the page.
        rules: the rules among which it looks for its causes; None takes the package's.

    >>> from keras_stable.diagnosis.rules import find_rule
    >>> print(rule_page(find_rule("KS401")).splitlines()[0])
    # exploding-gradients (KS401)
    """
    documented = tuple(all_rules() if rules is None else rules)
    sections = _sections(rule)
    references = sections.pop("References", "")
    lines = [f"# {rule.slug} ({rule.id})", "", rule.summary, ""]
    lines += [f"Severity, unless the finding says otherwise: **{rule.severity}** ({_SEVERITIES[rule.severity]})."]
    for title, body in sections.items():
        lines += ["", f"## {title}", "", body]
    lines += ["", "## Remedy", "", rule.remedy]
    if rule.thresholds:
        lines += ["", "## Thresholds", "", *_thresholds(rule)]
    causes = [cause.slug for cause in documented if rule.slug in cause.explains]
    lines += _links("Leads to", rule.explains, documented) + _links("May come from", causes, documented)
    lines += ["", "## Evidence", "", *_evidence(rule)]
    if references:
        lines += ["", "## References", "", references]
    return "\n".join(lines) + "\n"


def index_page(rules: Iterable[Rule] | None = None) -> str:
    """Returns the page that lists rules by family.

    Args:
        rules: the rules; None takes the package's.
    """
    chosen = sorted(all_rules() if rules is None else rules, key=lambda rule: rule.id)
    lines = [
        "# Rules",
        "",
        "What the audit looks for. A rule is named after the defect that it finds, and needs the evidence that is",
        "named; without it, the report says that the rule was skipped and why. `keras-stable explain KS401` prints a",
        "rule's page. [Writing rules](writing_rules.md) shows how to add your own.",
    ]
    for family, (_, title) in FAMILIES.items():
        members = [rule for rule in chosen if re.fullmatch(rf"{family}\d\d", rule.id)]
        if members:
            lines += ["", f"## {family}: {title}", "", "| id | rule | severity | what it finds | needs |"]
            lines += ["| --- | --- | --- | --- | --- |"]
            lines += [_row(_cells(rule)) for rule in members]
    return "\n".join(lines) + "\n"


def _cells(rule: Rule) -> tuple[str, ...]:
    needs = ", ".join(f"`{name}`" for name in rule.needs)
    return rule.id, f"[{rule.slug}](rules/{rule.slug}.md)", rule.severity, rule.summary, needs


def _sections(rule: Rule) -> dict[str, str]:
    """Returns the sections of a rule's docstring, by title, with code in fences."""
    parts = re.split(r"^## (.+)$", inspect.getdoc(rule.check) or "", flags=re.MULTILINE)[1:]
    return {title.strip(): _fenced(body.strip("\n")) for title, body in zip(parts[::2], parts[1::2], strict=True)}


def _fenced(text: str) -> str:
    """Returns Markdown in which indented code stands between fences, as editors and GitHub colour it."""
    parts = []
    for block in re.split(r"((?:^(?: {4}.*)\n*)+)", text, flags=re.MULTILINE):
        code = block.startswith("    ")
        parts.append(f"```python\n{inspect.cleandoc(block)}\n```" if code else block.strip("\n"))
    return "\n\n".join(part for part in parts if part)


def _thresholds(rule: Rule) -> Iterator[str]:
    yield "| name | value | why |"
    yield "| --- | --- | --- |"
    for name, threshold in rule.thresholds.items():
        yield _row((f"`{name}`", f"{threshold.value:g}", threshold.reason))


def _links(title: str, slugs: Sequence[str], documented: Sequence[Rule]) -> list[str]:
    """Returns a section that links to other rules; a rule without a page is named only."""
    if not slugs:
        return []
    pages = {rule.slug for rule in documented}
    named = [f"[{slug}]({slug}.md)" if slug in pages else f"`{slug}`" for slug in slugs]
    return ["", f"## {title}", "", ", ".join(named)]


def _evidence(rule: Rule) -> Iterator[str]:
    for names, use in ((rule.needs, "needed"), (rule.uses, "used where there is any")):
        for name in names:
            what = f": {EVIDENCE[name]}" if name in EVIDENCE else ""
            yield f"- `{name}`{what} ({use})"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
