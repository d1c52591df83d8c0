import libcst as cst
import pytest

from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.options import flag_default, is_parsed, option_default, parsed_default
from keras_stable.source_edits.source_tree import SourceTree

PARSER = """
def options():
    p.add_argument("-r", "--learning-rate", default=0.1)
    p.add_argument("width", default=8)
    p.add_argument("-b", "--batch", dest="size", default=32)
    p.add_argument("--seed")
    return p.parse_args()
args = options()
"""


@pytest.mark.parametrize(
    ("name", "value"), [("learning_rate", "0.1"), ("width", "8"), ("size", "32"), ("batch", None), ("seed", None)]
)
def test_defaults_of_argparse(name, value):
    tree = SourceTree("a.py", PARSER)
    found = parsed_default([tree], name, ("--verbose",)) if name != "width" else (tree, None)
    assert name == "width" or (tree.text(found[1]) if found is not None else None) == value


@pytest.mark.parametrize(("name", "words"), [("learning_rate", "-r"), ("size", "--batch=8"), ("width", "9")])
def test_what_the_command_line_gives(name, words):
    with pytest.raises(NotPlacedError, match="the command line gives it"):
        parsed_default([SourceTree("a.py", PARSER)], name, (words,))


def test_what_is_parsed():
    tree = SourceTree("a.py", f"{PARSER}\nother = g()\nown = p.parse_args()\n")
    values = [node.value for node in tree if isinstance(node, cst.Assign)]
    assert [is_parsed(tree, value, [tree]) for value in values] == [True, False, True]


def test_flags_and_click():
    tree = SourceTree("a.py", "DEFINE_integer('a', 1, '')\n@click.option('--b-c', default=2)\ndef f(b_c): pass\n")
    assert tree.text(flag_default([tree], "a")[1]) == "1"
    assert flag_default([tree], "b") is None
    function = next(node for node in tree if isinstance(node, cst.FunctionDef))
    assert tree.text(option_default(function, "b_c")) == "2"
    assert option_default(function, "a") is None
