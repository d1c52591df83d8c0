import pytest

from keras_stable.diagnosis.facts import UntrackedVariable
from keras_stable.diagnosis.rules.program.untracked_variables import untracked_variables


@pytest.mark.parametrize(
    ("state", "expected"), [("stuck", ["warning"]), ("learning", ["advice"]), ("unknown", ["warning"])]
)
def test_a_model_may_learn_without_them(severities, state, expected):
    assert severities(untracked_variables, state, untracked=(UntrackedVariable(),)) == expected
    assert severities(untracked_variables, state, untracked=()) == []


def test_it_says_where(learning):
    [finding] = untracked_variables.run({"untracked": (UntrackedVariable(),), "learning": learning("stuck")})
    assert finding.where == "projection"
    assert finding.message.startswith("`w` of projection is a tf.Variable of shape (20, 8)")
