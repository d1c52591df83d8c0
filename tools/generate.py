"""Writes every file that is made from the code.

python tools/generate.py            the schemas of configs and of audit reports, docs/configuration.md, docs/rules.md,
                                    and docs/rules/ with a page for each rule; that of a rule that is gone is deleted
python tools/generate.py --check    exits 1 when one of them is not what would be written
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from keras_stable.config import config_schema
from keras_stable.config.schema import Node, kinds, resolve
from keras_stable.config.wording import must_be
from keras_stable.diagnosis.reporting import schema
from keras_stable.diagnosis.reporting.rule_pages import index_page, rule_page
from keras_stable.diagnosis.rules import all_rules

ROOT = Path(__file__).resolve().parent.parent
RULES = "docs/rules"
_HEAD = """# Configuration

Every key of a config file, its default and what it must be. `configs/schema.json` says the same to an editor.
A file is checked as a whole: every mistake is reported at once, with its line. `--set section.key=value` puts
another value in the place of one in the file.
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


def generated() -> dict[str, str]:
    """Returns the text of every file, by its path from the repository's root."""
    pages = {f"{RULES}/{rule.slug}.md": rule_page(rule) for rule in all_rules()}
    return {
        "configs/schema.json": schema_text(),
        "docs/configuration.md": configuration_page(),
        "docs/rules.md": index_page(),
        "keras_stable/diagnosis/reporting/report.schema.json": schema.schema_text(),
        **pages,
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
    for path in sorted((arguments.root / RULES).glob("*.md")):
        if f"{RULES}/{path.name}" in files:
            continue
        if arguments.check:
            print(f"{RULES}/{path.name} is the page of no rule: run `python tools/generate.py`", file=sys.stderr)
            stale = True
        else:
            path.unlink()
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
