"""What the process does as a whole is in test_own_process.py."""

import math
import os
import pickle

import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.runs.own_process import ProcessEndedError
from keras_stable.runs.worker import _without_messages, outcome


def raised(error):
    def fail():
        raise error

    returned, value = pickle.loads(outcome(fail, ()))
    assert not returned
    return value


def test_a_result_is_handed_back():
    assert pickle.loads(outcome(math.hypot, (3.0, 4.0))) == (True, 5.0)


def test_an_exception_is_handed_back_with_its_class():
    error = raised(InvalidArgumentError("`x` must be y."))
    assert (type(error), str(error)) == (InvalidArgumentError, "`x` must be y.")


def test_what_cannot_be_pickled_is_handed_back_in_words():
    class LocalError(Exception):
        pass

    error = raised(LocalError("no\nmore"))
    assert (type(error), str(error)) == (ProcessEndedError, "LocalError: no")
    returned, error = pickle.loads(outcome(lambda: lambda: None, ()))
    assert not returned
    assert type(error) in (AttributeError, pickle.PicklingError)


def test_messages_are_silenced_for_a_while_and_exceptions_are_not(capfd):
    def noisy():
        with _without_messages():
            os.write(2, b"noise ")
            raise ImportError

    os.write(2, b"before ")
    with pytest.raises(ImportError):
        noisy()
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"
