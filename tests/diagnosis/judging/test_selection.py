"""Which rules an audit runs."""

import sys

import pytest

from keras_stable.diagnosis import Found, rule
from keras_stable.diagnosis.judging.selection import chosen_rules, installed_rules
from keras_stable.diagnosis.rules import all_rules
from keras_stable.errors import InvalidArgumentError


@rule("MY1", "my-rule", remedy="Change it.")
def my_rule(plan):
    """A rule of one's own."""
    yield Found("data", f"{plan.samples} samples")


def test_all_by_default_and_own_ones_beside_them():
    assert chosen_rules() == all_rules()
    assert chosen_rules([my_rule]) == (*all_rules(), my_rule)


@pytest.mark.parametrize("name", ["KS102", "ks102", "unscaled-inputs"])
def test_by_id_or_slug(name):
    assert [each.slug for each in chosen_rules(select=[name])] == ["unscaled-inputs"]
    assert "unscaled-inputs" not in {each.slug for each in chosen_rules(ignore=[name])}


def test_by_the_beginning_of_ids():
    assert {each.id[:3] for each in chosen_rules(select=["KS1"])} == {"KS1"}
    assert [each.slug for each in chosen_rules([my_rule], select=["MY"])] == ["my-rule"]


@pytest.mark.parametrize("argument", ["select", "ignore"])
@pytest.mark.parametrize("name", ["KS9", "nothing", ""])
def test_a_name_that_no_rule_has_is_refused(argument, name):
    with pytest.raises(InvalidArgumentError, match=rf"`{argument}` must be ids .* Received: {argument}='{name}'"):
        chosen_rules(**{argument: [name]})


@pytest.mark.parametrize("own", [[my_rule, my_rule], [all_rules()[0]], [len], ["KS102"]])
def test_what_is_no_new_rule_is_refused(own):
    with pytest.raises(InvalidArgumentError, match=r"`rules` must be rules"):
        chosen_rules(own)


def test_to_run_nothing_is_refused():
    with pytest.raises(InvalidArgumentError, match=r"`ignore` must be names that leave a rule to run"):
        chosen_rules(select=["KS401", "KS402"], ignore=["KS4"])


def install(directory, monkeypatch, source):
    """Installs a distribution that offers `offered.RULES` by an entry point."""
    (directory / "offered.py").write_text(source)
    metadata = directory / "offered-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: offered\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[keras_stable.rules]\nmine = offered:RULES\n")
    monkeypatch.syspath_prepend(directory)
    monkeypatch.delitem(sys.modules, "offered", raising=False)


RULE = """
from keras_stable.diagnosis import rule
@rule("MY2", "installed-rule", remedy="Change it.")
def installed(plan):
    "A rule of an installed package."
"""


@pytest.mark.parametrize("offered", ["RULES = installed", "RULES = [installed]"])
def test_rules_of_installed_packages_run_too(tmp_path, monkeypatch, offered):
    install(tmp_path, monkeypatch, RULE + offered)
    assert [rule.slug for rule in chosen_rules(select=["MY"])] == ["installed-rule"]
    assert len(chosen_rules([my_rule])) == len(all_rules()) + 2


@pytest.mark.parametrize("offered", ["RULES = [installed, 3]", "RULES = 1 / 0", "RULES = None"])
def test_an_installed_package_that_is_broken_is_named_and_left_out(tmp_path, monkeypatch, offered):
    install(tmp_path, monkeypatch, RULE + offered)
    with pytest.warns(UserWarning, match="entry point 'mine' were left out: ") as caught:
        assert installed_rules() == []
    assert [warning.filename for warning in caught] == [__file__]
    with pytest.warns(UserWarning, match="entry point 'mine'"):
        assert chosen_rules() == all_rules()
