"""Pages of the documentation site that are made from other files. mkdocs.yml names it as a hook; `make docs` runs it.

README.md is the first page, CHANGELOG.md one of the last, and the reference has a page for each public module, with
every name that the module's `__all__` has.
"""

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import keras_stable
from keras_stable.diagnosis.rules import all_rules

ROOT = Path(__file__).resolve().parent.parent
# Where README.md and CHANGELOG.md link to each other, and into docs/.
_MOVED = {"README.md": "index.md", "CHANGELOG.md": "changes.md"}


def on_config(config: Any) -> Any:
    """Puts the pages of a directory in the place of a name in the navigation that ends with a slash."""
    # Found as mkdocs starts, so that a page more needs no line in mkdocs.yml.
    directories = {
        "rules/": [f"rules/{rule.slug}.md" for rule in all_rules()],
        "reference/": list(reference_pages()),
    }
    config.nav = _filled(config.nav, directories)
    return config


def _filled(entry: Any, directories: dict[str, list[str]]) -> Any:
    if isinstance(entry, list):
        return [_filled(part, directories) for part in entry]
    if isinstance(entry, dict):
        return {title: _filled(part, directories) for title, part in entry.items()}
    return directories.get(entry, entry)


def on_files(files: Any, config: Any) -> Any:
    """Adds the pages that no file in docs/ is."""
    from mkdocs.structure.files import File

    for name, content in {**moved_pages(), **reference_pages()}.items():
        files.append(File.generated(config, name, content=content))
    return files


def moved_pages() -> dict[str, str]:
    """Returns the pages that lie beside docs/ in the repository, with their links as seen from docs/."""
    return {page: _seen_from_docs((ROOT / name).read_text(encoding="utf-8")) for name, page in _MOVED.items()}


def _seen_from_docs(text: str) -> str:
    def moved(match: re.Match[str]) -> str:
        target = match.group(1)
        return f"]({_MOVED.get(target, target.removeprefix('docs/'))}"

    return re.sub(r"\]\(([^)#\s]+)", moved, text)


def reference_pages() -> dict[str, str]:
    """Returns a page for the functions of the package, and one for each of its public modules."""
    values = {name: getattr(keras_stable, name) for name in keras_stable.__all__}
    modules = {name: value for name, value in values.items() if inspect.ismodule(value)}
    modules["diagnosis"] = importlib.import_module("keras_stable.diagnosis")
    functions = {name: value for name, value in values.items() if name not in modules}
    pages = {"reference/index.md": _page("Reference", "keras_stable", functions)}
    for name, module in sorted(modules.items()):
        members = {member: getattr(module, member) for member in module.__all__}
        pages[f"reference/{name}.md"] = _page(f"keras_stable.{name}", module.__name__, members)
    return pages


def _page(title: str, module: str, members: dict[str, Any]) -> str:
    intro = (inspect.getdoc(importlib.import_module(module)) or "").partition("\n")[0]
    lines = [f"# {title}", "", intro, ""]
    for name, value in members.items():
        home = getattr(value, "__module__", None)
        if home is None:
            raise TypeError(f"{module}.{name} says no module that it comes from")
        lines += [f"::: {home}.{getattr(value, '__qualname__', name)}", ""]
    return "\n".join(lines)
