"""`TemporaryPath`: what is being written lies beside its final path until it is whole."""

import os
import re
import shutil
from pathlib import Path
from types import TracebackType

_LONGEST_NAME = 200
_TEMPORARY_NAME = re.compile(r"\.partial-\d+-(?P<final>.+)", re.DOTALL)


class TemporaryPath:
    """A file or directory that is being written.

    It has a name of its own beside its final path, and takes that path in one step once it is whole. So the final
    path never holds half a file, and what a killed process leaves behind tells by its name what it is. The name ends
    as the final one does, for some libraries choose the format by it. Source: the atomicity types of Orbax
    (`create`, `validate`, `finalize`).

    As a context manager it yields the temporary path, finalizes it at the end, and discards it after an exception.

    Args:
        final: str or path; where the file or directory is to be in the end.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     with TemporaryPath(Path(directory, "page.html")) as path:
    ...         _ = path.write_text("whole")
    ...     print([entry.name for entry in Path(directory).iterdir()])
    ['page.html']
    """

    def __init__(self, final: str | os.PathLike[str]) -> None:
        self.final = Path(final)
        end = os.fsencode(self.final.name)[-_LONGEST_NAME:].decode(errors="ignore")
        self.path = self.final.with_name(f".partial-{os.getpid()}-{end}")

    @staticmethod
    def final_name(name: str) -> str | None:
        """Returns the final name that belongs to a temporary one; None for any other name.

        >>> TemporaryPath.final_name(".partial-4711-summary.json"), TemporaryPath.final_name("summary.json")
        ('summary.json', None)
        """
        match = _TEMPORARY_NAME.fullmatch(name)
        return match["final"] if match else None

    def create(self) -> Path:
        """Returns the path, with the directories above it made and what another process left there removed."""
        self.final.parent.mkdir(parents=True, exist_ok=True)
        if self.path.is_dir():
            self.discard()
        return self.path

    def finalize(self) -> Path:
        """Moves the file or directory to its final path, in the place of an earlier file or an empty directory."""
        if self.path.is_dir() and self.final.is_dir():
            self.final.rmdir()
        self.path.replace(self.final)
        return self.final

    def discard(self) -> None:
        """Deletes what has been written."""
        if self.path.is_dir():
            shutil.rmtree(self.path)
        else:
            self.path.unlink(missing_ok=True)

    def __enter__(self) -> Path:
        return self.create()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.finalize()
        finally:
            # Nothing is there any more where it was finalized.
            self.discard()

    def __repr__(self) -> str:
        return f"TemporaryPath({str(self.final)!r})"
