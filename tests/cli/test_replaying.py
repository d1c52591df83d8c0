from click.testing import CliRunner

from keras_stable.cli import main
from keras_stable.runs import replaying


def test_the_verdict_is_printed(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(replaying, "replay", lambda run, event: asked.append((run, event)) or "Verdict: rows.")
    result = CliRunner().invoke(main, ["replay", str(tmp_path), "3"])
    assert (result.exit_code, result.output) == (0, "Verdict: rows.\n")
    assert asked == [(tmp_path, 3)]


def test_what_cannot_be_replayed_is_a_usage_error(tmp_path):
    assert CliRunner().invoke(main, ["replay", str(tmp_path), "0"]).exit_code == 2
