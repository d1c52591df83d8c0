"""The ways to show a report."""

from keras_stable.diagnosis.reporting.report import Report


def test_what_was_not_examined_is_not_healthy(make_finding):
    lost = {"dead-units": "the training step cannot be run: KeyError: 'x'"}
    assert Report(unexamined=lost).ok is None
    assert Report((make_finding(severity="advice"),), unexamined=lost).ok is None
    assert Report((make_finding(severity="warning"),), unexamined=lost).ok is False
    assert Report(crashed={"frozen-model": "KeyError"}, unexamined=lost).ok is False
    text = str(Report(unexamined=lost, passed=("frozen-model",)))
    assert text.startswith(
        "Not everything was examined: 1 rule could not look, because the training step cannot be run"
    )
    assert "NOT EXAMINED: 1 rule." in text
    assert "No errors, no warnings, no advice. Not examined: 1 rule." in text


def test_it_is_printed_without_colour_and_written_as_a_page(sample_report, tmp_path):
    assert str(sample_report).startswith(sample_report.verdict)
    assert "\x1b[" not in str(sample_report)
    path = sample_report.to_html(tmp_path / "new" / "report.html")
    assert path == (tmp_path / "new" / "report.html").resolve()
    assert "unscaled-inputs" in path.read_text(encoding="utf-8")
