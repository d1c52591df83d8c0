"""Prints the oldest version of each package that pyproject.toml allows, as constraints for pip.

python tools/oldest_versions.py > constraints.txt
"""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def oldest(requirements: list[str]) -> list[str]:
    """Returns `name==version` for each requirement with a lower bound.

    >>> oldest(["keras>=3.10", "rich>=13,<16"])
    ['keras==3.10', 'rich==13']
    """
    bounds = [re.match(r"([\w.-]+)(?:\[[^\]]*\])?\s*>=\s*([^,;\s]+)", requirement) for requirement in requirements]
    return [f"{bound[1]}=={bound[2]}" for bound in bounds if bound is not None]


if __name__ == "__main__":
    with PROJECT.open("rb") as file:
        project = tomllib.load(file)["project"]
    # The newest pyarrow needs a newer NumPy than the oldest, and does not say so.
    print(*oldest(project["dependencies"] + project["optional-dependencies"]["parquet"]), sep="\n")
