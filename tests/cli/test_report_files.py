import json

import pytest

from keras_stable.cli.report_files import ReportFiles, show
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.errors import InvalidArgumentError


def test_every_file_is_written_and_named(tmp_path, capsys):
    files = ReportFiles(tmp_path / "a.json", tmp_path / "sub" / "a.html", tmp_path / "a.sarif")
    files.check()
    files.write(Report(verdict="It learns."))
    show(Report(verdict="It learns."), False, files)
    assert json.loads(files.json.read_text())["verdict"] == "It learns."
    assert json.loads(files.sarif.read_text())["version"] == "2.1.0"
    assert "It learns." in files.html.read_text()
    out = capsys.readouterr().out
    assert out.startswith("It learns.")
    assert f"SARIF: {files.sarif}" in out


def test_a_path_that_cannot_be_written_is_refused_before_anything_else(tmp_path):
    with pytest.raises(InvalidArgumentError, match="sarif"):
        ReportFiles(sarif=tmp_path).check()
