import io
import math

import pytest
from rich.console import Console

from keras_stable.diagnosis.reporting.report import Report


def test_the_cause_comes_first_and_what_it_explains_is_indented_under_it(sample_report):
    lines = str(sample_report).splitlines()
    assert lines[0] == "It does not learn: after 120 steps its loss of 2.30 is that of a constant answer."
    assert lines[1].startswith("model mlp, 25,450 parameters, 5,000 samples, batch size 32, 12.3 seconds, 120 probe")
    start = lines.index("1. ! warning  KS102 unscaled-inputs  (95 % sure)")
    assert lines[start + 1 : start + 6] == [
        "   pixels: Values with a root mean square of 84.7 enter Dense, which expects about 1.",
        "   To do: Put `keras.layers.Normalization()` first and call its `adapt(x)`.",
        "   It explains, so change it first:",
        "      x error  KS401 exploding-gradients",
        "         encoder: The gradient norm reaches 4,200 before any clip; 10 is a lot.",
    ]
    assert "2. - advice  KS107 few-samples-per-class" in lines
    assert "   data: The smallest class, 4, has 12 samples [10 is too few]." in lines
    assert "A rule's page, with what to do: keras-stable explain KS102" in lines


def test_how_sure_a_cause_is_is_said_where_it_was_measured(make_finding):
    causes = [make_finding(confidence=0.625), make_finding("my-own", "MY1", confidence=math.nan)]
    text = Report((*causes, make_finding("bottleneck", "KS206", "advice", confidence=0.12))).to_text()
    assert "1. ! warning  KS102 unscaled-inputs  (62 % sure)\n" in text
    assert "2. ! warning  MY1 my-own\n" in text
    assert "3. - advice  KS206 bottleneck\n" in text


def test_what_was_checked_is_said(sample_report):
    lines = str(sample_report).splitlines()
    crash = lines.index("CRASHED: 1 rule. What crashed was not checked.")
    assert lines[crash + 1] == "   my-own-rule: ZeroDivisionError: division by zero"
    assert lines[-2:] == ["Skipped: 2 rules: there is no validation data (2)", "Passed: 3 rules"]
    assert "1 error, 8 warnings, 1 piece of advice." in lines


def test_many_places_are_shown_on_demand(sample_report):
    short, whole = sample_report.to_text(), sample_report.to_text(details=True)
    assert "and at 2 more places" in short
    assert "encoder/dense_6" not in short
    assert "encoder/dense_6" in whole
    assert "To do: Lower the learning rate." not in short
    assert "         To do: Lower the learning rate." in whole
    assert "   there is no validation data: overfitting, train-validation-leak" in whole
    assert whole.endswith("Passed: 3 rules: nonfinite-inputs, constant-labels, frozen-model")


@pytest.mark.parametrize("width", [40, 80, 100])
def test_nothing_is_cut(sample_report, make_finding, width):
    where = "encoder/" + "x" * 150
    text = sample_report.to_text(details=True, width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "".join(Report((make_finding(where=where),)).to_text(width=width).split()).count("x" * 150) == 1
    assert "…" not in text


def test_text_has_no_colour_and_the_terminal_has(sample_report, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" not in str(sample_report)
    assert str(sample_report).isascii()
    stream = io.StringIO()
    Console(file=stream, width=200, force_terminal=True, color_system="standard").print(sample_report)
    coloured = stream.getvalue()
    assert "\x1b[1;33m! warning\x1b[0m" in coloured
    assert "\x1b[1;31mx error\x1b[0m" in coloured


@pytest.mark.parametrize(
    ("report", "first"),
    [
        (Report(), "Nothing wrong was found."),
        (Report(crashed={"a": "KeyError: 'x'"}), "A rule crashed, so this is not the whole picture."),
    ],
)
def test_without_findings(report, first):
    lines = str(report).splitlines()
    assert lines[0] == first
    assert "No errors, no warnings, no advice." in lines
    assert lines[-1] == "Passed: 0 rules"
    assert "explain" not in str(report)


def test_findings_without_a_verdict(make_finding):
    assert str(Report((make_finding(),))).startswith("Something is wrong with this model.")
    assert str(Report((make_finding(severity="advice"),))).startswith("Nothing wrong was found.")
