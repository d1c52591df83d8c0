import pytest
from edited import project, reader

from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.project import Project, imported_modules, read_source
from keras_stable.source_edits.sites import ProgramSites, Site, Span
from keras_stable.source_edits.source_tree import Patch, SourceTree

SOURCE = "a = f(1)\nb = [g(2), g(3)]\nmodel.fit(a)\n"
SITES = {"fit": "model.fit(", "layer:a": "f(", "layer:b": "[g(", "layer:c": "[g(2), g("}


def texts(program):
    return {target: program.made(target)[0].text(program.made(target)[1]) for target in program.program.sites}


def test_sites_move_with_their_calls():
    program = project(SOURCE, SITES)
    before = texts(program)
    program.apply(
        [Patch("train.py", 0, 0, "import x\n"), Patch("train.py", 14, 14, "h(0), "), Patch("train.py", 16, 17, "20")]
    )
    assert program.after["train.py"] == "import x\na = f(1)\nb = [h(0), g(20), g(3)]\nmodel.fit(a)\n"
    assert texts(program) == {**before, "layer:b": "g(20)"}


def test_what_was_taken_out_is_nowhere():
    program = project(SOURCE, SITES)
    program.apply([Patch("train.py", 14, 20, "")])
    assert program.after["train.py"] == "a = f(1)\nb = [g(3)]\nmodel.fit(a)\n"
    assert texts_of(program, "layer:c") == "g(3)"
    with pytest.raises(NotPlacedError, match="there is no call"):
        program.made("layer:b")


def texts_of(program, target):
    tree, call = program.made(target)
    return tree.text(call)


def test_changes_are_made_as_a_whole_or_not_at_all():
    program = project(SOURCE, SITES)
    with pytest.raises(NotPlacedError, match="would not be Python"):
        program.apply([Patch("train.py", 0, 1, "c"), Patch("train.py", 4, 4, "(")])
    with pytest.raises(NotPlacedError, match="about the same place"):
        program.apply([Patch("train.py", 0, 2, "c"), Patch("train.py", 1, 3, "d")])
    assert program.after == {}
    state = program.state()
    program.apply([Patch("train.py", 0, 1, "c")])
    program.restore(state)
    assert program.after == {}


def test_equal_changes_are_made_once():
    program = project(SOURCE, SITES)
    program.apply([Patch("train.py", 0, 0, "import x\n")] * 2)
    assert program.after["train.py"].count("import x") == 1


def test_the_users_own_modules_are_found_from_the_file(tmp_path):
    (tmp_path / "package").mkdir()
    for name, text in {
        "settings.py": "A = 1\n",
        "package/__init__.py": "",
        "package/model.py": "from . import rates\n",
    }.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "package" / "rates.py").write_text("import settings\n")
    main = tmp_path / "train.py"
    main.write_text("import os\nfrom package.model import build\nmodel.fit(1)\n")
    program = Project(ProgramSites({"fit": Site((Span(str(main), 3),))}))
    files = {tree.file.removeprefix(f"{tmp_path}/") for tree in program.trees()}
    assert files == {"train.py", "package/model.py", "package/__init__.py", "package/rates.py", "settings.py"}
    assert program.module(program.tree(str(main)), "numpy") is None


def test_imported_modules():
    tree = SourceTree("a.py", "import a.b as c\nfrom .d import e\nfrom . import f\n")
    assert list(imported_modules(tree)) == ["a.b", ".d", ".d.e", ".", ".f"]


@pytest.mark.parametrize(
    ("file", "words"),
    [("train.ipynb (cell 3)", "a cell of a notebook"), ("gone.py", "no file that can be read")],
)
def test_what_is_no_python_file(file, words):
    program = Project(ProgramSites({"fit": Site((Span(file, 1),))}), reader(SOURCE))
    with pytest.raises(NotPlacedError, match=words):
        program.made("fit")
    with pytest.raises(NotPlacedError, match="not in your own code"):
        program.made("optimizer")


def test_a_file_is_read_in_its_encoding(tmp_path):
    path = tmp_path / "a.py"
    path.write_bytes("# -*- coding: latin-1 -*-\r\nü = 1\r\n".encode("latin-1"))
    assert read_source(str(path)) == "# -*- coding: latin-1 -*-\r\nü = 1\r\n"
    path.write_bytes(b"\xef\xbb\xbfa = 1\n")
    assert read_source(str(path)) == "a = 1\n"
