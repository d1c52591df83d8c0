"""Providers are found by the name of what they provide, on instances of subclasses too."""

import pytest

from keras_stable.diagnosis.evidence.providing import providers, provides


class Base:
    made = 0

    @provides("number")
    def _number(self):
        self.made += 1
        return self.made

    @provides("word")
    def _word(self):
        return "base"

    def helper(self):
        raise AssertionError


class Derived(Base):
    @provides("word")
    def _word(self):
        return "derived " + super()._word()

    @provides("more")
    def _more(self):
        return 3


def test_only_what_is_marked_provides():
    assert set(providers(Base())) == {"number", "word"}


def test_nothing_is_made_before_it_is_asked_for_and_of_its_own_object():
    first, second = Base(), Base()
    number = providers(first)["number"]
    assert first.made == 0
    assert (number(), number()) == (1, 2)
    assert second.made == 0


def test_a_subclass_adds_and_replaces():
    methods = providers(Derived())
    assert set(methods) == {"number", "word", "more"}
    assert methods["word"]() == "derived base"


def test_a_method_that_is_replaced_without_a_mark_provides_nothing():
    class Silent(Base):
        def _word(self):
            return "silent"

    assert set(providers(Silent())) == {"number"}


def test_two_methods_for_one_name_are_refused():
    class Twice(Base):
        @provides("number")
        def _another(self):
            return 2

    with pytest.raises(ValueError, match="_another and _number both provide 'number'"):
        providers(Twice())


def test_properties_are_not_run():
    class Careful(Base):
        @property
        def dear(self):
            raise AssertionError

    assert set(providers(Careful())) == {"number", "word"}
