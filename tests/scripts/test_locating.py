import gc
import os
import sys

from keras_stable.scripts.locating import Locations, is_user_code, user_location


class Thing:
    def __init__(self, name):
        self.name = name


class Special(Thing):
    def __init__(self):
        super().__init__("special")


def test_a_thing_is_made_where_its_outermost_constructor_is_called():
    locations = Locations()
    with locations.watching(Thing):
        special = Special()
        line = sys._getframe().f_lineno - 1
    location = locations.of(special)
    assert (location.file, location.line, location.text) == (os.path.relpath(__file__), line, "special = Special()")


def test_of_other_methods_the_latest_call_counts():
    class Compiled:
        def compile(self):
            return "done"

    locations, thing = Locations(), Compiled()
    with locations.watching(Compiled, "compile"):
        assert thing.compile() == "done"
        thing.compile()
        line = sys._getframe().f_lineno - 1
    assert locations.of(thing).line == line


def test_what_is_gone_is_forgotten():
    locations = Locations()
    with locations.watching(Thing):
        thing = Thing("a")
    name = id(thing)
    del thing
    gc.collect()
    assert name not in locations._by_id


def test_installed_code_is_not_the_users():
    import numpy

    assert not is_user_code(numpy.__file__)
    assert not is_user_code(os.__file__)
    assert not is_user_code(sys.modules["keras_stable.scripts.locating"].__file__)
    assert is_user_code("<ipython-input-3-0123456789ab>")
    assert is_user_code(os.path.abspath("train.py"))


def test_the_innermost_line_of_the_user_counts():
    location = user_location(sys._getframe())
    assert location.text == "location = user_location(sys._getframe())"
