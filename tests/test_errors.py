import inspect
import pickle

import pytest

from keras_stable import errors
from keras_stable.errors import ConfigError, DataError, InvalidArgumentError, KerasStableError, invalid_argument

CLASSES = [member for _, member in inspect.getmembers(errors, inspect.isclass) if issubclass(member, Exception)]


@pytest.mark.parametrize("member", CLASSES)
def test_one_except_clause_catches_them_all_and_they_cross_processes(member):
    assert issubclass(member, KerasStableError)
    assert str(pickle.loads(pickle.dumps(member("It disagrees.")))) == "It disagrees."


def test_what_a_user_expects_of_a_bad_argument():
    for member in (InvalidArgumentError, ConfigError, DataError):
        assert issubclass(member, ValueError)


def test_the_tree_in_the_docstring_is_whole():
    assert all(member.__name__ in errors.__doc__ for member in CLASSES)


def test_every_bad_argument_has_the_same_form():
    error = invalid_argument("clipvalue", "a positive number or None", "much")
    assert type(error) is InvalidArgumentError
    assert str(error) == "`clipvalue` must be a positive number or None. Received: clipvalue='much'"
