"""What a repair has come to: the changes, the program after them, and the ways to show both."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_stable.repairs.contents import RepairContents


@dataclass(frozen=True)
class Repair(RepairContents):
    """A program after its repair. `print(repair)` shows the changes with the evidence.

    Its attributes are those of `RepairContents`.
    """

    def prepare(self, x: Any, y: Any = None) -> tuple[Any, Any]:
        """Returns data as the repaired program takes them: labels from 0, bad rows left out, and so on.

        Args:
            x, y: data as they were given to `repair`, or others of the same form; `y` may be None.

        Returns:
            (x, y), the very same objects where no change is of the data.
        """
        return self.program.prepare(x, y)

    def to_html(self, path: str | os.PathLike[str]) -> Path:
        """Writes one HTML file with the changes, and figures, curves and audits before and after side by side.

        Args:
            path: where to; an earlier file is replaced, and missing directories are made.

        Returns:
            The absolute path of the file.

        Raises:
            InvalidArgumentError: the path cannot be written; then nothing is.
        """
        from keras_stable.repairs.html import page
        from keras_stable.reporting.page_file import check_page_path, write_page

        check_page_path(path)
        return write_page(path, page(self))

    def __str__(self) -> str:
        from keras_stable.repairs.wording import plain_text

        return plain_text(self)
