"""Programs of a user: a script, a module or a notebook, and how Python runs each as `__main__`."""

import builtins
import importlib.util
import os
import runpy
import sys
import types
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from keras_stable.errors import InvalidArgumentError, invalid_argument
from keras_stable.scripts.notebook_cells import run_cells

SUFFIXES = (".py", ".ipynb")


@dataclass(frozen=True)
class UserProgram:
    """What `python` would be given.

    Attributes:
        name: str, a path as it was given, or a dotted module name.
        arguments: tuple of str, its command line.
        is_module: bool, whether it is run as with `python -m`.
        source: str, what is run in the place of what the script's file holds; None for that.
    """

    name: str
    arguments: tuple[str, ...] = ()
    is_module: bool = False
    source: str | None = None

    @property
    def stem(self) -> str:
        """Returns a short name, for a directory of its runs.

        >>> UserProgram("jobs/train.py").stem, UserProgram("package.train", is_module=True).stem
        ('train', 'train')
        """
        return self.name.rpartition(".")[2] if self.is_module else Path(self.name).stem

    def check(self) -> None:
        """Raises InvalidArgumentError where there is no such script or module; nothing of it is run."""
        if self.is_module:
            _check_module(self.name)
        elif not Path(self.name).is_file():
            received = f"script={self.name!r}, and there is no such file, seen from {Path.cwd()}"
            raise InvalidArgumentError(f"`script` must be a Python script or a notebook. Received: {received}")
        elif Path(self.name).suffix not in SUFFIXES:
            raise invalid_argument("script", "a Python script (.py) or a notebook (.ipynb)", self.name)

    def run(self) -> None:
        """Runs it as `python` would; what it raises comes out as it is, SystemExit too."""
        with _as_main(self):
            if self.is_module:
                runpy.run_module(self.name, run_name="__main__", alter_sys=True)
            elif Path(self.name).suffix == ".ipynb":
                run_cells(Path(self.name), vars(sys.modules["__main__"]))
            else:
                # Of a text, a line that names an encoding says nothing any more.
                source = Path(self.name).read_bytes() if self.source is None else self.source
                code = compile(source, os.path.abspath(self.name), "exec")
                exec(code, vars(sys.modules["__main__"]))


@dataclass(frozen=True)
class SubjectProgram:
    """What a function returns, or a place holds, trained as if a script did so.

    Attributes:
        name: str, such as "package.module:build".
        data: str, where the data are; None where they come with the model.
    """

    name: str
    data: str | None = None

    def run(self) -> None:
        """Loads the model with its data, and calls `fit`."""
        from keras_stable.subjects.loading import load_subject
        from keras_stable.subjects.places import find_subject

        subject = load_subject(*find_subject(self.name, self.data))
        subject.model.fit(**{name: value for name, value in subject.arguments.items() if name != "history"})


@contextmanager
def _as_main(program: UserProgram) -> Iterator[None]:
    """Makes `sys.argv`, `sys.path` and the module `__main__` what the program expects."""
    before = sys.argv, list(sys.path), sys.modules["__main__"]
    sys.argv = [program.name, *program.arguments]
    home = os.getcwd() if program.is_module else os.path.dirname(os.path.realpath(program.name))
    # As Python does; the directory of the command that runs this is none of the program's.
    sys.path.insert(0, home)
    if not program.is_module:
        module = types.ModuleType("__main__")
        module.__file__ = os.path.abspath(program.name)
        vars(module)["__builtins__"] = builtins
        sys.modules["__main__"] = module
    try:
        yield
    finally:
        sys.argv, sys.path[:], sys.modules["__main__"] = before


def _check_module(name: str) -> None:
    here = os.getcwd()
    if here not in sys.path and "" not in sys.path:
        sys.path.insert(0, here)
    importlib.invalidate_caches()
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        raise InvalidArgumentError(
            f"`-m` must be a module that can be imported. Received: -m {name}, and there is none, seen from {here}"
        )


def command_line(program: UserProgram) -> str:
    """Returns the program as one would type it.

    >>> command_line(UserProgram("train.py", ("--lr", "0.1")))
    'python train.py --lr 0.1'
    """
    words: Sequence[str] = ("-m", program.name) if program.is_module else (program.name,)
    return " ".join(("python", *words, *program.arguments))
