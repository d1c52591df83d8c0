import inspect

import pytest

from keras_stable.scripts.patching import replaced


class Base:
    def greet(self, name, loud=False):
        """Greets."""
        return f"hello {name}"


class Inheriting(Base):
    pass


def louder(original):
    return lambda self, *positional, **named: original(self, *positional, **named).upper()


def test_a_replacement_looks_like_the_method_also_to_those_that_do_not_look_behind_it():
    before = inspect.getfullargspec(Base.greet)
    with replaced(Base, "greet", louder):
        assert inspect.getfullargspec(Base.greet) == before
        assert Base.greet.__doc__ == "Greets."
        assert Inheriting().greet("you") == "HELLO YOU"


@pytest.mark.parametrize("owner", [Base, Inheriting])
def test_it_is_put_back_also_after_an_exception(owner):
    before = dict(vars(owner))
    with pytest.raises(KeyError), replaced(owner, "greet", louder):
        raise KeyError
    assert dict(vars(owner)) == before
