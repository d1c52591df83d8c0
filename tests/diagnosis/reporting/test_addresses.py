"""The address of a rule's page."""

import html
import re
from pathlib import Path
from urllib.request import urlopen

import pytest

from keras_stable.diagnosis.reporting.addresses import page_address
from keras_stable.diagnosis.reporting.rule_pages import rule_page
from keras_stable.diagnosis.rule import rule
from keras_stable.diagnosis.rules import all_rules


@pytest.mark.parametrize("each", all_rules(), ids=lambda each: each.slug)
def test_it_opens_and_says_what_explain_says(each):
    with urlopen(page_address(each)) as page:
        text = page.read().decode()
    body = text.partition("<body>")[2]
    assert f"<h1>{each.slug} ({each.id})</h1>" in body
    assert each.summary.replace("`", "") in html.unescape(re.sub(r"<.*?>", "", body))
    sections = re.findall(r"^## (.+)$", rule_page(each), re.MULTILINE)
    assert re.findall(r"<h2>(.+)</h2>", body) == sections


def test_a_rule_of_your_own_is_explained_by_the_file_that_defines_it():
    @rule("MY1", "wide", remedy="Change it.")
    def wide(plan):
        """It is wide."""

    with urlopen(page_address(wide)) as source:
        assert source.read() == Path(__file__).read_bytes()


def test_a_rule_that_no_file_defines_has_no_address():
    names = {"rule": rule}
    code = '@rule("MY1", "dead-units", remedy="Change it.")\ndef dead_units(plan):\n    "It is dead."\n'
    exec(compile(code, "<console>", "exec"), names)
    assert page_address(names["dead_units"]) == ""
