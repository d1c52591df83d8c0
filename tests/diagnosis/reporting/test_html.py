import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from keras_stable.diagnosis.reporting import plots
from keras_stable.diagnosis.reporting.plots import gradients, rates
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.errors import InvalidArgumentError

_VOID = {"meta", "img"}


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


def written(report, directory):
    return report.to_html(directory / "a" / "page.html").read_text(encoding="utf-8")


@pytest.fixture
def one_plot(monkeypatch):
    """Leaves out all plots but one, whose drawing takes most of the time of a page."""
    monkeypatch.setattr(plots, "PLOTS", (rates.sharpness,))


@pytest.fixture(scope="module")
def text(sample_report, tmp_path_factory):
    return written(sample_report, tmp_path_factory.mktemp("page"))


def test_the_page_is_one_accessible_file(text):
    elements = Elements(text)
    assert text.startswith("<!DOCTYPE html>")
    assert elements.all("html") == [{"lang": "en"}]
    assert elements.all("script") == elements.all("link") == []
    assert "http" not in re.sub(r"base64,[\w+/=]+", "", text)
    headings = [int(tag[1]) for tag, _ in elements.found if re.fullmatch(r"h\d", tag)]
    assert headings == [1, 2, 3, 4, 4, 3, 2, 2]
    pictures = elements.all("img")
    assert len(pictures) == 13
    assert all(picture["src"].startswith("data:image/svg+xml;base64,") for picture in pictures)
    assert pictures[0]["alt"].startswith("Loss by epoch. Line chart. training goes from 2.30 to 0.287")


def test_the_page_says_what_is_wrong_and_what_was_checked(text):
    assert "<title>Audit of mlp</title>" in text
    assert "It does not learn: after 120 steps its loss of 2.30 is that of a constant answer." in text
    order = [
        text.index(part)
        for part in ("unscaled-inputs", "It explains", "exploding-gradients", "dead-units", "few-samples-per-class")
    ]
    assert order == sorted(order)
    for part in (
        "x error",
        "! warning",
        "- advice",
        "Put <code>keras.layers.Normalization()</code> first and call its <code>adapt(x)</code>.",
        "<dt>gain when standardized</dt><dd>not measured</dd>",
        "<dt>limit</dt><dd>10</dd>",
        "<summary>7 places, the first: encoder/dense_0</summary>",
        "<code>keras-stable explain KS102</code>",
        "<li>my-own-rule: ZeroDivisionError: division by zero</li>",
        "nonfinite-inputs, constant-labels, frozen-model",
        "<dt>there is no validation data</dt><dd>overfitting, train-validation-leak</dd>",
        "<dt>parameters</dt><dd>25,450</dd>",
        "Made with Keras 3.15.1, TensorFlow 2.21.0.",
        '<span class="quiet">KS102, 95 % sure</span>',
        '<span class="quiet">KS401</span>',
        '<span class="quiet">KS107</span>',
    ):
        assert part in text, part


def test_text_of_others_is_escaped_and_the_same_report_gives_the_same_page(
    one_plot, make_finding, sample_report, tmp_path
):
    finding = make_finding(where="<b>", message="`<i>` & more", remedy="<script>alert(1)</script>")
    report = replace(sample_report, findings=(finding,), crashed={"<u>": "<s>"}, about={"model": "<m>"})
    text = written(report, tmp_path)
    Elements(text)
    assert not re.search(r"<(b|i|script|u|s|m)>", text)
    assert "<code>&lt;i&gt;</code> &amp; more" in text
    assert written(report, tmp_path) == text


def test_a_report_without_anything(tmp_path):
    text = written(Report(), tmp_path)
    Elements(text)
    assert "Nothing wrong was found." in text
    assert "No rule found anything." in text
    assert "<img" not in text


def test_a_picture_that_fails_does_not_take_the_page_with_it(monkeypatch, sample_report, tmp_path):
    monkeypatch.setattr(plots, "PLOTS", (rates.sharpness, gradients.gradient_norms))
    text = written(replace(sample_report, facts={**sample_report.facts, "gradients": 3}), tmp_path)
    assert "Pictures that could not be drawn" in text
    assert "<li>gradient_norms: AttributeError: " in text
    assert text.count("<img") == 1
    assert "unscaled-inputs" in text


def test_a_path_that_cannot_be_written_is_refused_before_anything_is_drawn(monkeypatch, sample_report, tmp_path):
    monkeypatch.setattr(plots, "PLOTS", None)
    with pytest.raises(InvalidArgumentError, match=r"^`html` must be a path for a file; a directory is there\."):
        sample_report.to_html(tmp_path)
    (tmp_path / "file").write_text("kept")
    with pytest.raises(InvalidArgumentError, match=r"^`html` must be a path that can be written\. Received: html="):
        sample_report.to_html(tmp_path / "file" / "page.html")
    assert (tmp_path / "file").read_text() == "kept"


def test_only_the_page_imports_matplotlib_and_nothing_imports_tensorflow():
    program = (
        "import sys; from keras_stable.diagnosis import Report; import keras_stable.diagnosis.reporting.html; "
        "str(Report()); Report().to_json(); print(*{'matplotlib', 'tensorflow', 'keras', 'jinja2'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
