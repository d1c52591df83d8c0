"""Writes configs/schema.json, the JSON schema of a config, for editors that check YAML.

python tools/make_schema.py            writes the file
python tools/make_schema.py --check    exits 1 when the file is not what would be written
"""

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from keras_stable.config import config_schema  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description="Writes the JSON schema of a config.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the file is stale")
    parser.add_argument("--to", type=Path, default=ROOT / "configs" / "schema.json", help="the file to write")
    arguments = parser.parse_args()
    text = json.dumps(config_schema(), indent=2) + "\n"
    if not arguments.check:
        arguments.to.parent.mkdir(parents=True, exist_ok=True)
        arguments.to.write_text(text, encoding="utf-8")
        return 0
    if arguments.to.is_file() and arguments.to.read_text(encoding="utf-8") == text:
        return 0
    print(f"{arguments.to} is stale: run `python tools/make_schema.py`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
