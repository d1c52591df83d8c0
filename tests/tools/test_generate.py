import json
import re
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
    installed = tmp_path / "keras_stable" / "diagnosis" / "rules" / "pages"
    for directory in (pages, installed):
        assert {page.stem for page in directory.iterdir()} == {rule.slug for rule in all_rules()}
    assert "[unscaled-inputs](rules/unscaled-inputs.md)" in (tmp_path / "docs" / "rules.md").read_text()
    (pages / "gone.md").write_text("# gone (KS199)\n")
    (pages / "dead-units.md").unlink()
    (installed / "gone.html").write_text("<h1>gone</h1>")
    assert run("--check") == 1
    assert capsys.readouterr().err.splitlines() == [
        "docs/rules/dead-units.md is stale: run `python tools/generate.py`",
        "docs/rules/gone.md is the page of no rule: run `python tools/generate.py`",
        "keras_stable/diagnosis/rules/pages/gone.html is the page of no rule: run `python tools/generate.py`",
    ]
    assert run() == 0
    assert run("--check") == 0
    assert not (pages / "gone.md").exists()
    assert not (installed / "gone.html").exists()


def test_a_page_for_a_browser_needs_nothing_but_the_pages_beside_it(tmp_path):
    page = runpy.run_path(str(TOOL))["html_page"]("# a < b\n\n[deep](deep.md)\n\n| x |\n| --- |\n| `1 < 2` |\n")
    assert "<title>a &lt; b</title>" in page
    assert '<a href="deep.html">deep</a>' in page
    assert "<td><code>1 &lt; 2</code></td>" in page
    for rule in all_rules():
        text = (TOOL.parents[1] / "keras_stable" / "diagnosis" / "rules" / "pages" / f"{rule.slug}.html").read_text()
        links = re.findall(r'(?:href|src)="([^"]*)"', text)
        assert set(links) <= {f"{other.slug}.html" for other in all_rules()}


def test_every_key_says_what_it_does():
    """A cell that is empty is a key that nobody documented; `kind` is named in the heading."""
    page = (TOOL.parents[1] / "docs" / "configuration.md").read_text()
    empty = [line.split("`")[1] for line in page.splitlines() if line.endswith("|  |")]
    assert set(empty) <= {"data.kind", "augmentation[].layer"}
