import sys

import pytest

from keras_stable.scripts.fit_calls import Meeting


class Model:
    def fit(self, x=None, y=None, epochs=1):
        return "trained", x, y, epochs


class Own(Model):
    def fit(self, x, y):
        return super().fit(x, y, epochs=7)


def test_a_call_comes_with_its_arguments_by_name_and_its_line():
    calls = []
    with Meeting(calls.append).watching(Model):
        Model().fit(1, y=2)
        line = sys._getframe().f_lineno - 1
    (call,) = calls
    assert (call.number, call.arguments, call.location.line) == (1, {"x": 1, "y": 2}, line)
    assert call.proceed(x=3) == ("trained", 3, None, 1)


def test_a_fit_within_a_fit_is_not_met():
    meeting = Meeting(lambda call: (meeting.inside, call.proceed(**call.arguments), Model().fit(5)))
    with meeting.watching(Model):
        assert Own().fit(1, 2) == (True, ("trained", 1, 2, 7), ("trained", 5, None, 1))
        assert not meeting.inside
    assert meeting.count == 1


def test_an_argument_that_there_is_not_is_refused_in_pythons_own_words():
    meeting = Meeting(lambda call: pytest.fail("there is no such call"))
    with meeting.watching(Model), pytest.raises(TypeError, match=r"Model\.fit\(\) got an unexpected keyword"):
        Model().fit(1, epoch=2)
