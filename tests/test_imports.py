import sys

import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.imports import call_object, first_line, load_object

MODULE = """
import math

NUMBER = 3

def make(width, depth=1):
    return width, depth

def fail():
    raise RuntimeError("no disk\\nsecond line")

class Net:
    @staticmethod
    def build():
        return "built"
"""


@pytest.fixture
def module(tmp_path, monkeypatch, request):
    """Writes a module into the current directory and returns its name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    name = f"written_{abs(hash(request.node.name))}"
    (tmp_path / f"{name}.py").write_text(MODULE)
    yield name
    sys.modules.pop(name, None)


def test_a_function_of_the_current_directory(module):
    assert load_object(f"{module}:make", "model.module")(2) == (2, 1)
    assert call_object(f"{module}:make", {"width": 3, "depth": 4}, "model.module") == (3, 4)
    assert call_object(f"{module}:Net.build", {}, "model.module") == "built"
    assert load_object("os.path:join", "model.module")("a", "b") == "a/b"


@pytest.mark.parametrize("target", ["make", "a.b", "a:b:c", ":b", "a:", "a b:c", "1a:b", "a.:b", None])
def test_the_form(target):
    with pytest.raises(InvalidArgumentError) as caught:
        load_object(target, "model.module")
    assert str(caught.value) == (
        f'`model.module` must be of the form "package.module:function". Received: model.module={target!r}'
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mak", "`data.target` must be a name that module {module} has. Received: data.target='{module}:mak'. Did you"),
        ("zzz", "`data.target` must be a name that module {module} has. Received: data.target='{module}:zzz'"),
        ("Net.biuld", "`data.target` must be a name that Net has. Received: data.target='{module}:Net.biuld'. Did you"),
        ("NUMBER", "`data.target` must be a function or another callable. Received: data.target='{module}:NUMBER', wh"),
        (
            "fail",
            "`data.target` must be a callable that returns. Received: data.target='{module}:fail', "
            "which raised RuntimeError: no disk",
        ),
        (
            "make",
            "`data.arguments` must be the keyword arguments of {module}:make. Received: data.arguments={{}} "
            "(missing a required argument: 'width')",
        ),
    ],
)
def test_what_is_wrong_with_a_name_in_a_module(name, words, module):
    with pytest.raises(InvalidArgumentError) as caught:
        call_object(f"{module}:{name}", {}, "data.target")
    text = str(caught.value)
    assert text.startswith(words.format(module=module))
    assert "\n" not in text


def test_arguments_of_a_module_are_named_as_in_the_config(module):
    with pytest.raises(InvalidArgumentError, match=r"^`model.module_arguments` must be .*unexpected keyword argument"):
        call_object(f"{module}:make", {"width": 1, "hight": 2}, "model.module")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("import no_such_module_x", "which raised ModuleNotFoundError: No module named 'no_such_module_x'"),
        ("def f(:", "which raised SyntaxError: invalid syntax"),
        ("1 / 0", "which raised ZeroDivisionError: division by zero"),
    ],
)
def test_a_module_that_fails_names_its_exception(content, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "failing_module.py").write_text(content)
    with pytest.raises(InvalidArgumentError) as caught:
        load_object("failing_module:f", "model.module")
    assert "`model.module` must be in a module that can be imported. Received: model.module=" in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize(("module", "missing"), [("no_such_a.b", "no_such_a"), ("os.no_such", "os.no_such")])
def test_a_missing_module_says_where_it_was_looked_for(module, missing, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidArgumentError) as caught:
        load_object(f"{module}:f", "model.module")
    assert str(caught.value).endswith(
        f"Received: model.module='{module}:f' (no module {missing!r}, seen from {tmp_path})"
    )


def test_the_first_line_of_an_exception():
    assert first_line(ValueError("a\nb")) == "ValueError: a"
    assert first_line(ValueError()) == "ValueError"


@pytest.mark.parametrize("kind", [RuntimeError, KeyError])
def test_the_line_of_an_error_from_a_layer_is_the_one_that_says_what_is_wrong(kind):
    text = "Exception encountered when calling Net.call().\n\n\x1b[1mno weights\x1b[0m\n\nArguments received: x"
    assert first_line(kind(text)) == f"{kind.__name__}: no weights"
