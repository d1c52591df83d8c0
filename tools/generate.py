"""Writes every file that is made from the code.

python tools/generate.py            the schemas of configs and of audit reports, docs/configuration.md, docs/rules.md,
                                    docs/dashboard_tags.md, and a page for each rule, in docs/rules/ and, for whoever
                                    installs the package, in keras_stable/diagnosis/rules/pages/; that of a rule that is
                                    gone is deleted
python tools/generate.py --check    exits 1 when one of them is not what would be written
"""

import argparse
import html
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt

from keras_stable.config import config_schema
from keras_stable.config.schema import Node, kinds, resolve
from keras_stable.config.wording import must_be
from keras_stable.diagnosis.reporting import schema
from keras_stable.diagnosis.reporting.rule_pages import index_page, rule_page
from keras_stable.diagnosis.rules import all_rules
from keras_stable.reporting.dashboard_tags import tags_table

ROOT = Path(__file__).resolve().parent.parent
RULES = "docs/rules"
PAGES = "keras_stable/diagnosis/rules/pages"
_HEAD = """# Configuration

Every key of a config file, its default and what it must be. `configs/schema.json` says the same to an editor.
A file is checked as a whole: every mistake is reported at once, with its line. `--set section.key=value` puts
another value in the place of one in the file.
"""
_TAGS_HEAD = """# Tags of the dashboard

What [`callbacks.Dashboard`](dashboard.md) writes to TensorBoard. The training is the run itself; the curve `validation`
and the curve `after` of the gradient norm are the runs `validation` and `after_clipping` below it, so that they come
into the same cards. A tag whose quantity a model or an optimizer does not have is not written.
"""
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 46rem; font: 1rem/1.55 system-ui, sans-serif; }}
pre {{ overflow-x: auto; padding: .75rem 1rem; border: 1px solid #8888; border-radius: .4rem; }}
table {{ border-collapse: collapse; }}
th, td {{ padding: .4rem .7rem; border-bottom: 1px solid #8888; text-align: left; vertical-align: top; }}
</style>
</head>
<body>
{body}</body>
</html>
"""


def configuration_page() -> str:
    """Returns the page that documents every key of a config, made from its JSON schema."""
    root = config_schema()
    sections = {key: resolve(node, None) for key, node in root["properties"].items()}
    plain = {key: node for key, node in root["properties"].items() if not _is_section(sections[key])}
    lines = [_HEAD, "## Top level", "", *_table("", plain, root)]
    for key, node in sections.items():
        if "discriminator" in node:
            for kind in kinds(node):
                branch = resolve(node, {"kind": kind})
                lines += ["", f"## {key}, kind: {kind}", "", branch["description"], ""]
                lines += _table(f"{key}.", branch["properties"], branch)
        elif "properties" in node:
            lines += ["", f"## {key}", "", node["description"], "", *_table(f"{key}.", node["properties"], node)]
        elif "items" in node:
            item = resolve(node["items"], None)
            lines += ["", f"## {key}", "", item["description"], "", *_table(f"{key}[].", item["properties"], item)]
    return "\n".join(lines) + "\n"


def _is_section(node: Node) -> bool:
    return "discriminator" in node or "properties" in node or "properties" in resolve(node.get("items", {}), None)


def _table(prefix: str, properties: dict[str, Node], parent: Node) -> Iterator[str]:
    yield "| key | default | must be | what it does |"
    yield "| --- | --- | --- | --- |"
    for key, node in properties.items():
        resolved = resolve(node, None)
        if "properties" in resolved:
            yield from list(_table(f"{prefix}{key}.", resolved["properties"], resolved))[2:]
            continue
        default = "required" if key in parent.get("required", ()) else f"`{json.dumps(node.get('default'))}`"
        cells = (f"`{prefix}{key}`", default, must_be(resolved), node.get("description", ""))
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def schema_text() -> str:
    """Returns the JSON schema of a config, for editors that check YAML."""
    return json.dumps(config_schema(), indent=2) + "\n"


def html_page(markdown: str) -> str:
    """Returns a page for a browser: no script, nothing loaded from elsewhere, links to the pages beside it."""
    title = html.escape(markdown.partition("\n")[0].removeprefix("# "))
    linked = re.sub(r"\]\(([\w-]+)\.md\)", r"](\1.html)", markdown)
    body = MarkdownIt("commonmark").enable("table").render(linked)
    return _PAGE.format(title=title, body=body)


def tags_page() -> str:
    """Returns the page of all tags that the dashboard writes."""
    return f"{_TAGS_HEAD}\n{tags_table()}"


def generated() -> dict[str, str]:
    """Returns the text of every file, by its path from the repository's root."""
    pages = {rule.slug: rule_page(rule) for rule in all_rules()}
    return {
        "configs/schema.json": schema_text(),
        "docs/configuration.md": configuration_page(),
        "docs/dashboard_tags.md": tags_page(),
        "docs/rules.md": index_page(),
        "keras_stable/diagnosis/reporting/report.schema.json": schema.schema_text(),
        **{f"{RULES}/{slug}.md": page for slug, page in pages.items()},
        **{f"{PAGES}/{slug}.html": html_page(page) for slug, page in pages.items()},
    }


def main() -> int:
    """Writes or checks every file, and returns the exit code."""
    parser = argparse.ArgumentParser(description="Writes every file that is made from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is stale")
    parser.add_argument("--root", type=Path, default=ROOT, help="the directory of the repository")
    arguments = parser.parse_args()
    files = generated()
    stale = False
    for name, text in files.items():
        path = arguments.root / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        if arguments.check:
            print(f"{name} is stale: run `python tools/generate.py`", file=sys.stderr)
            stale = True
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in (*sorted((arguments.root / RULES).glob("*.md")), *sorted((arguments.root / PAGES).glob("*.html"))):
        name = path.relative_to(arguments.root).as_posix()
        if name in files:
            continue
        if arguments.check:
            print(f"{name} is the page of no rule: run `python tools/generate.py`", file=sys.stderr)
            stale = True
        else:
            path.unlink()
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
