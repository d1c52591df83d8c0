"""The numbered directories of a model that TensorFlow Serving watches."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from keras_stable.errors import InvalidArgumentError, invalid_argument
from keras_stable.reporting.temporary_path import TemporaryPath


def existing_versions(root: Path) -> list[int]:
    """Returns the numbers of the versions that a directory holds, in rising order."""
    names = [entry.name for entry in root.iterdir()] if root.is_dir() else []
    return sorted(int(name) for name in names if name.isascii() and name.isdigit())


@contextmanager
def new_version(root: Path, version: int | None = None) -> Iterator[TemporaryPath]:
    """Yields the temporary path of a new version, which takes its number in one step at the end of the block.

    The number is the next after the greatest that is there; where another process takes it first, the one after. A
    block that ends with an exception leaves nothing behind.

    Args:
        root: the directory of the versions; it may not exist.
        version: the number to take. Default: the next.

    Raises:
        InvalidArgumentError: the version is there already.
        OSError: the directory cannot be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     for _ in range(2):
    ...         with new_version(Path(name)) as place:
    ...             place.path.mkdir()
    ...     existing_versions(Path(name))
    [1, 2]
    """
    place = TemporaryPath(root / str(_next(root) if version is None else version))
    if place.final.exists():
        raise _taken(place.final)
    with removed_if_empty(root):
        try:
            place.create()
            yield place
            _finalize(place, is_fixed=version is not None)
        finally:
            place.discard()


@contextmanager
def removed_if_empty(directory: Path) -> Iterator[None]:
    """Removes the directories that an exception leaves empty, as far as they were not there before."""
    missing = [path for path in (directory, *directory.parents) if not path.exists()]
    try:
        yield
    except BaseException:
        for path in missing:
            with suppress(OSError):
                path.rmdir()
        raise


def _finalize(place: TemporaryPath, is_fixed: bool) -> None:
    while True:
        try:
            # A directory that is there already, be it empty, belongs to another.
            if not place.final.exists():
                place.finalize()
                return
        except OSError:
            if not place.final.exists():
                raise
        if is_fixed:
            raise _taken(place.final)
        place.final = place.final.with_name(str(_next(place.final.parent)))


def _taken(path: Path) -> InvalidArgumentError:
    return invalid_argument("version", f"a number that {path.parent} does not hold yet", int(path.name))


def _next(root: Path) -> int:
    return max(existing_versions(root), default=0) + 1
