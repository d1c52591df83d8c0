"""The code cells of a notebook, run one after the other as one program."""

import json
import linecache
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from keras_stable.errors import InvalidArgumentError


def run_cells(path: Path, namespace: dict[str, Any]) -> None:
    """Runs the code cells of a notebook in order.

    Args:
        path: of an .ipynb file.
        namespace: dict, the globals that the cells share.

    Raises:
        InvalidArgumentError: the file is no notebook, or a cell has a magic command and IPython is not installed.
    """
    for number, source in code_cells(path):
        # In a traceback, and in a finding, the name says which cell it was.
        name = f"{path} (cell {number})"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        exec(compile(_plain(source, name, namespace), name, "exec"), namespace)


def code_cells(path: Path) -> Iterator[tuple[int, str]]:
    """Yields number and source of the code cells; numbers count all cells from 1, as one reads them.

    Raises:
        InvalidArgumentError: the file is no notebook.
    """
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise InvalidArgumentError(
            f"`script` must be a Jupyter notebook of format 4. Received: script={str(path)!r}, which has no cells"
        ) from error
    yield from ((number, source) for number, (kind, source) in enumerate(sources, 1) if kind == "code")


def _plain(source: str, name: str, namespace: dict[str, Any]) -> str:
    """Returns Python; magic commands become calls of the shell, where IPython is installed."""
    if not any(line.lstrip().startswith(("%", "!")) for line in source.splitlines()):
        return source
    try:
        from IPython.core.interactiveshell import InteractiveShell
    except ImportError as error:
        raise InvalidArgumentError(
            f"{name} has a magic command, which needs IPython: pip install ipython. Received: no IPython"
        ) from error
    shell = InteractiveShell.instance()
    shell.user_ns = namespace
    namespace.setdefault("get_ipython", lambda: shell)
    return shell.transform_cell(source)
