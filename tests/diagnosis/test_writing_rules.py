"""The examples of docs/writing_rules.md run as they stand there, one after the other."""

import re
from pathlib import Path

from keras_stable.diagnosis.reporting.rule_pages import rule_page

PAGE = Path(__file__).parents[2] / "docs" / "writing_rules.md"


def test_every_example_runs(capsys):
    names = {}
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    for block in blocks:
        exec(compile(block, PAGE, "exec"), names)
    assert len(blocks) == 3
    promised = re.search(r"print\(.*\)  # (.*)", blocks[1]).group(1)
    assert capsys.readouterr().out == promised + "\n"
    assert rule_page(names["few_steps"]).startswith("# few-steps (MY1)\n")


def test_the_example_of_a_rule_is_short():
    rule = re.search(r"^@rule\(.*?^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE).group()
    assert len(rule.splitlines()) <= 20
