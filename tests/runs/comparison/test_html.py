import base64
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from keras_stable.runs.comparison import (
    Failure,
    html,
)

_VOID = {"meta", "img", "link", "br"}


class Elements(HTMLParser):
    """Collects the elements, and holds that each is closed in its order."""

    def __init__(self, text):
        super().__init__()
        self.found, self._open = [], []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def all(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


def written(comparison, directory):
    return comparison.to_html(directory / "page.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def text(comparison, tmp_path_factory):
    return written(comparison, tmp_path_factory.mktemp("page"))


@pytest.fixture
def one_picture(monkeypatch):
    """Leaves out the drawing of all pictures but one, which takes most of the time of a page."""
    monkeypatch.setattr(html, "_PICTURES", {"accuracy": "Accuracy."})


def test_the_page_is_one_accessible_file(text):
    elements = Elements(text)
    assert text.startswith("<!DOCTYPE html>")
    assert elements.all("html") == [{"lang": "en"}]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in elements.all("meta")
    assert elements.all("script") == []
    assert elements.all("link") == []
    assert "http" not in re.sub(r"base64,[\w+/=]+", "", text)
    assert len(elements.all("h1")) == 1
    assert all(header.get("scope") in ("row", "col") for header in elements.all("th"))
    assert len(elements.all("caption")) == len(elements.all("table")) == 3
    ids = [attributes["id"] for _, attributes in elements.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {region["aria-labelledby"] for region in elements.all("div") if "role" in region} <= set(ids)


def test_the_pictures_are_inside_and_described(text):
    pictures = Elements(text).all("img")
    assert len(pictures) == 5
    for picture in pictures:
        kind, content = picture["src"].split(";base64,")
        assert kind == "data:image/svg+xml"
        assert b"<svg" in base64.b64decode(content)
    assert pictures[0]["alt"] == "Line chart. sick ends at 0.400; well ends at 0.900."
    assert pictures[1]["alt"] == "Line chart. sick reaches 112,200; well reaches 4.00."
    assert pictures[2]["alt"] == "Line chart. sick goes from 1.00 to 0.500; well goes from 1.00 to 0.143."


def test_the_page_says_what_was_compared_and_what_came_out(text, comparison):
    assert "<title>Comparison: sick, well</title>" in text
    assert "<dt>Data</dt><dd>sklearn iris</dd>" in text
    assert '<td>null</td><td class="changed">10.0</td>' in text
    assert "Predicts 1 to 2 of 3 classes, depending on the seed" in text
    assert "Predicts all 3 classes" in text
    assert "<td>112,200</td><td>4.00</td>" in text
    assert "seeds 0, 1" in text
    for name, value in comparison.environment.items():
        assert value in text, name
    assert "Interrupted" not in text
    assert "failed" not in text


def test_the_same_comparison_gives_the_same_page(one_picture, comparison, tmp_path):
    assert written(comparison, tmp_path) == written(comparison, tmp_path)


def test_what_is_missing_is_said(one_picture, comparison, tmp_path):
    runs = tuple(run for run in comparison.runs if run.label == "sick")
    failure = Failure("well", 0, "ValueError: <bad> & worse")
    text = written(replace(comparison, runs=runs, failures=(failure,), interrupted=True), tmp_path)
    Elements(text)
    assert "<li>well, seed 0: ValueError: &lt;bad&gt; &amp; worse</li>" in text
    assert "<strong>Interrupted.</strong>" in text
    assert "No run ended" in text


def test_equal_configs_and_many_configs(one_picture, comparison, iris_config, tmp_path):
    configs = {f"{name}": iris_config(name) for name in ("sick", "well", "c", "d")}
    text = written(replace(comparison, configs=configs), tmp_path)
    assert "<h1>Comparison of 4 configs</h1>" in text
    assert "The configs do not differ in anything that is trained." in text
