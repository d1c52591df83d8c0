import re

import pytest

from keras_stable.diagnosis.reporting.rule_pages import EVIDENCE, index_page, rule_page
from keras_stable.diagnosis.rule import Threshold, rule
from keras_stable.diagnosis.rules import all_rules


@rule("MY2", "wide", severity="error", remedy="Make it narrow: `width=3`.", explains=["deep", "elsewhere"])
def wide(plan, weather, learning=None):
    """It is wide | too wide.

    ## What it does

    Measures.

    ## Example

    As here:

        def wide():
            return 3

        wide()

    and nowhere else.

    ## References

    Nobody (2001).
    """


@rule("MY3", "deep", remedy="Fill it.", thresholds={"depth": Threshold(1e-3, "A | B")}, explains=())
def deep(plan):
    """It is deep."""


def test_a_page_in_full():
    assert (
        rule_page(wide, [wide, deep])
        == """\
# wide (MY2)

It is wide | too wide.

Severity, unless the finding says otherwise: **error** (training cannot work).

## What it does

Measures.

## Example

As here:

```python
def wide():
    return 3

wide()
```

and nowhere else.

## Remedy

Make it narrow: `width=3`.

## Leads to

[deep](deep.md), `elsewhere`

## Evidence

- `plan`: how `fit` is meant to run: samples, batch size, epochs, shuffling (needed)
- `weather` (needed)
- `learning`: whether the model was seen to learn (used where there is any)

## References

Nobody (2001).
"""
    )


def test_thresholds_and_causes():
    page = rule_page(deep, [wide, deep])
    assert "| `depth` | 0.001 | A \\| B |" in page
    assert "## May come from\n\n[wide](wide.md)\n" in page
    assert "## Leads to" not in page
    assert "## Thresholds" not in rule_page(wide, [wide])


def test_the_index_lists_every_rule_under_its_family():
    index = index_page()
    rows = re.findall(r"^\| (\S+) \| \[(\S+)\]\(rules/(\S+)\.md\) \| (\S+) \| (.+) \| (.*) \|$", index, re.MULTILINE)
    assert [row[0] for row in rows] == [each.id for each in all_rules()]
    assert all(slug == page for _, slug, page, *_ in rows)
    assert "## KS4: one training step" in index
    assert "## KS5" not in index_page(each for each in all_rules() if each.id < "KS5")


@pytest.mark.parametrize("each", all_rules(), ids=lambda each: each.slug)
def test_every_page_links_to_pages_that_there_are(each):
    page = rule_page(each)
    links = set(re.findall(r"\]\((.+?)\.md\)", page))
    assert links <= {other.slug for other in all_rules()}
    assert page.count("```") % 2 == 0
    assert all(threshold.reason.replace("|", "\\|") in page for threshold in each.thresholds.values())


def test_no_description_of_evidence_that_no_rule_takes():
    assert set(EVIDENCE) <= {name for each in all_rules() for name in (*each.needs, *each.uses)}
