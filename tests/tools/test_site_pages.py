import runpy
from pathlib import Path

import keras_stable

ROOT = Path(__file__).parents[2]
TOOL = runpy.run_path(str(ROOT / "tools" / "site_pages.py"))


def test_pages_from_beside_docs_link_as_seen_from_there():
    pages = TOOL["moved_pages"]()
    assert "](changes.md)" in pages["index.md"]
    assert "](tutorial.md)" in pages["index.md"]
    assert "](before_and_now.png)" in pages["index.md"]
    assert "](docs/" not in pages["index.md"]
    assert pages["changes.md"].startswith("# Changes\n")


def test_the_reference_has_every_public_name():
    pages = TOOL["reference_pages"]()
    for name in keras_stable.__all__:
        value = getattr(keras_stable, name)
        if f"reference/{name}.md" not in pages:
            assert f"::: {value.__module__}.{name}\n" in pages["reference/index.md"]
            continue
        for member in value.__all__:
            assert f"::: {getattr(value, member).__module__}.{member}\n" in pages[f"reference/{name}.md"]
    assert "::: keras_stable.diagnosis.reporting.finding.Finding\n" in pages["reference/diagnosis.md"]


def test_a_directory_in_the_navigation_stands_for_its_pages():
    filled = TOOL["_filled"](["a.md", {"Rules": "rules/"}, {"B": ["b/"]}], {"rules/": ["rules/x.md"], "b/": []})
    assert filled == ["a.md", {"Rules": ["rules/x.md"]}, {"B": [[]]}]
