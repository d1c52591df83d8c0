import json
import runpy
import subprocess
import sys
from pathlib import Path

from keras_stable.config import config_schema
from keras_stable.diagnosis.rules import all_rules

TOOL = Path(__file__).parents[2] / "tools" / "generate.py"


def test_it_writes_every_file_and_notices_a_stale_one(tmp_path):
    def run(*arguments):
        return subprocess.run([sys.executable, TOOL, "--root", tmp_path, *arguments], capture_output=True, text=True)

    assert run("--check").returncode == 1
    assert run().returncode == 0
    assert json.loads((tmp_path / "configs" / "schema.json").read_text()) == config_schema()
    page = (tmp_path / "docs" / "configuration.md").read_text()
    assert "| `fit.epochs` | `20` | an integer >= 1 | Passes over the training samples. |" in page
    assert run("--check").returncode == 0
    (tmp_path / "docs" / "configuration.md").write_text(page + "by hand")
    stale = run("--check")
    assert stale.returncode == 1
    assert stale.stderr == "docs/configuration.md is stale: run `python tools/generate.py`\n"


def test_a_page_for_each_rule_and_for_no_other(tmp_path, monkeypatch, capsys):
    main = runpy.run_path(str(TOOL))["main"]

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", [str(TOOL), "--root", str(tmp_path), *arguments])
        return main()

    assert run() == 0
    pages = tmp_path / "docs" / "rules"
    assert {page.stem for page in pages.iterdir()} == {rule.slug for rule in all_rules()}
    assert "[unscaled-inputs](rules/unscaled-inputs.md)" in (tmp_path / "docs" / "rules.md").read_text()
    (pages / "gone.md").write_text("# gone (KS199)\n")
    (pages / "dead-units.md").unlink()
    assert run("--check") == 1
    assert capsys.readouterr().err.splitlines() == [
        "docs/rules/dead-units.md is stale: run `python tools/generate.py`",
        "docs/rules/gone.md is the page of no rule: run `python tools/generate.py`",
    ]
    assert run() == 0
    assert run("--check") == 0
    assert not (pages / "gone.md").exists()


def test_every_key_says_what_it_does():
    """A cell that is empty is a key that nobody documented; `kind` is named in the heading."""
    page = (TOOL.parents[1] / "docs" / "configuration.md").read_text()
    empty = [line.split("`")[1] for line in page.splitlines() if line.endswith("|  |")]
    assert set(empty) <= {"data.kind", "augmentation[].layer"}
