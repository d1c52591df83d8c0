"""Which rules an audit runs."""

import pytest

from keras_stable.diagnosis import Found, rule
from keras_stable.diagnosis.rules import all_rules
from keras_stable.diagnosis.selection import chosen_rules
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
