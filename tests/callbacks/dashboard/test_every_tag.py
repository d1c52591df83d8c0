"""The table of tags has all that is written, and nothing else."""

import re

import pytest

from keras_stable.reporting.dashboard_tags import TAGS


def pattern(name):
    """Returns what the tags of a family look like."""
    return re.sub(r"<[^>]*>", ".+", re.escape(name).replace(r"\<", "<").replace(r"\>", ">").replace(r"\ ", " "))


@pytest.mark.parametrize("run", ["", "validation", "after_clipping"])
def test_every_tag_that_is_written_is_in_the_table(shown, run):
    written = shown.events(run).Tags()
    patterns = {
        kind: [pattern(tag.name) for tag in TAGS if tag.kind == kind] for kind in ("scalar", "histogram", "image")
    }
    for kind, names in patterns.items():
        for tag in written[f"{kind}s"]:
            assert any(re.fullmatch(name, tag) for name in names), tag


def test_every_tag_of_the_table_is_written(shown):
    written = {
        tag.removesuffix("/text_summary")
        for run in ("", "validation", "after_clipping")
        for kind in ("scalars", "histograms", "images", "tensors")
        for tag in shown.events(run).Tags()[kind]
    }
    for tag in TAGS:
        if tag.name != "at a glance/5 <key>":
            assert any(re.fullmatch(pattern(tag.name), name) for name in written), tag.name
