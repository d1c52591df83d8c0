"""Small scripts of different habits, each with its edits and the diff that they give, as files beside each other."""

import functools
from pathlib import Path

import yaml

from keras_stable.diagnosis.edit import Edit
from keras_stable.source_edits.editing import edit_sources
from keras_stable.source_edits.project import read_source
from keras_stable.source_edits.sites import ProgramSites, Site, Span
from keras_stable.source_edits.source_tree import SourceTree, called_name

SCRIPTS = Path(__file__).parent / "scripts"
PARAMETERS = {
    "SGD": ("learning_rate", "momentum"),
    "Adam": ("learning_rate", "beta_1"),
    "Dense": ("units", "activation"),
    "Dropout": ("rate",),
    "ExponentialDecay": ("initial_learning_rate", "decay_steps", "decay_rate"),
    "EarlyStopping": ("monitor", "min_delta", "patience"),
}


def names():
    return sorted(path.stem for path in SCRIPTS.glob("*.yaml"))


class Case:
    """One script.

    Its YAML has `sites`: for each target a text that ends with the opening bracket of the call, or a list of such
    texts from within outward (or a mapping of these, `at`, and the `kind` of what is made), each with "FILE: " before
    it where it is in another file than the script; `edits`, a list of remedies; and what else `ProgramSites` takes.
    """

    @classmethod
    @functools.cache
    def named(cls, name):
        return cls(name)

    def __init__(self, name):
        self.name = name
        self.data = yaml.safe_load((SCRIPTS / f"{name}.yaml").read_text())

    @property
    def remedies(self):
        return [[Edit(**{k: str(v) for k, v in edit.items()}) for edit in remedy] for remedy in self.data["edits"]]

    @property
    def program(self):
        sites = {target: self._site(target, texts) for target, texts in self.data["sites"].items()}
        more = {key: tuple(v) if isinstance(v, list) else v for key, v in self.data.get("program", {}).items()}
        return ProgramSites(sites, **more)

    @functools.cached_property
    def change(self):
        return edit_sources(self.program, self.remedies, self.read)

    @property
    def diff(self):
        return (SCRIPTS / f"{self.name}.diff").read_text()

    @staticmethod
    def read(file):
        return read_source(str(SCRIPTS / file))

    def _site(self, target, texts):
        spans, kind = [], ""
        if isinstance(texts, dict):
            kind, texts = texts["kind"], texts["at"]
        for text in [texts] if isinstance(texts, str) else texts:
            file, found, code = text.partition(": ")
            file, code = (file, code) if found and file.endswith(".py") else (f"{self.name}.py", text)
            span, name = span_of(file, code)
            kind = kind or name
            spans.append(span)
        kind = {"compile": "", "fit": "fit"}.get(kind, kind)
        return Site(tuple(spans), kind, PARAMETERS.get(kind, ()))


@functools.cache
def tree_of(file):
    return SourceTree(file, Case.read(file))


def span_of(file, text):
    return span_in(tree_of(file), text)


def span_in(tree, text):
    """The span of the call whose opening bracket a text ends with, and what it calls."""
    start = tree.bytes.find(text.encode())
    assert start >= 0, text
    bracket = start + len(text.encode())
    call = next(call for call in tree.calls() if tree.bytes.find(b"(", tree.end(call.func)) == bracket - 1)
    end = tree.call_end(call)
    line = tree.line(end)
    return Span(tree.file, tree.line(tree.start(call)), (line, end - tree.line_start(end))), called_name(call)
