from keras_stable.diagnosis.facts import Layer, Structure

FIRST, LEFT, RIGHT = Layer("first", inputs=("x",)), Layer("left", inputs=("first",)), Layer("right", inputs=("first",))
ADDED = Layer("added", inputs=("left", "right"))
STRUCTURE = Structure(layers=(FIRST, LEFT, RIGHT, ADDED))


def test_layers_are_found_by_their_whole_path():
    assert STRUCTURE.layer("left") is LEFT
    assert STRUCTURE.layer("lef") is None
    assert Structure(layers=()).layer("left") is None


def test_consumers_are_all_that_take_it_in_order():
    assert STRUCTURE.consumers("first") == (LEFT, RIGHT)
    assert STRUCTURE.consumers("right") == (ADDED,)
    assert STRUCTURE.consumers("x") == (FIRST,)
    assert STRUCTURE.consumers("added") == ()
