"""What most tests of edits need: a source as text, and what edits make of it."""

from script_cases import span_in

from keras_stable.diagnosis.edit import Edit
from keras_stable.source_edits.editing import edit_sources
from keras_stable.source_edits.project import Project
from keras_stable.source_edits.sites import ProgramSites, Site
from keras_stable.source_edits.source_tree import SourceTree


def program(source, sites, **more):
    """Sites by target: a text that ends with the opening bracket of the call; or a pair of it and the parameters."""
    tree, made = SourceTree("train.py", source), {}
    for target, text in sites.items():
        text, parameters = text if isinstance(text, tuple) else (text, ())
        span, kind = span_in(tree, text)
        made[target] = Site((span,), "" if kind in ("compile", "get") else kind, parameters)
    return ProgramSites(made, **more)


def reader(source):
    def read(file):
        if file != "train.py":
            raise FileNotFoundError(file)
        return source

    return read


def project(source, sites, **more):
    return Project(program(source, sites, **more), reader(source))


def change(source, sites, *edits, **more):
    return edit_sources(program(source, sites, **more), [[Edit(*edit) for edit in edits]], reader(source))


def edited(source, sites, *edits, **more):
    """The source after edits, which must all be placed."""
    result = change(source, sites, *edits, **more)
    assert [remedy.reason for remedy in result.unplaced] == []
    return result.after.get("train.py", source)


def reason(source, sites, *edits, **more):
    """Why edits are not placed."""
    result = change(source, sites, *edits, **more)
    assert result.after == {}
    return result.unplaced[0].reason
