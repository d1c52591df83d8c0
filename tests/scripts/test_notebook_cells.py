import json
import traceback

import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.scripts.notebook_cells import code_cells, run_cells


@pytest.fixture
def notebook(tmp_path):
    def make(*cells):
        path = tmp_path / "train.ipynb"
        parts = [{"cell_type": kind, "source": source.splitlines(keepends=True)} for kind, source in cells]
        path.write_text(json.dumps({"cells": parts, "nbformat": 4}))
        return path

    return make


def test_code_cells_share_their_names_in_order(notebook):
    path = notebook(("code", "a = 2"), ("markdown", "# Two"), ("code", "b = a * 3\nc = b + 1"))
    namespace = {}
    run_cells(path, namespace)
    assert (namespace["b"], namespace["c"]) == (6, 7)
    assert [number for number, _ in code_cells(path)] == [1, 3]


def test_a_traceback_shows_the_line_of_the_cell(notebook):
    path = notebook(("markdown", ""), ("code", "x = 1\nraise ValueError('here')"))
    with pytest.raises(ValueError, match="here") as raised:
        run_cells(path, {})
    printed = "".join(traceback.format_exception(raised.value))
    assert 'train.ipynb (cell 2)", line 2' in printed
    assert "raise ValueError('here')" in printed


def test_magic_commands_run_where_ipython_is(notebook, capfd):
    pytest.importorskip("IPython")
    namespace = {}
    run_cells(notebook(("code", "%time a = 3\n!echo shell\nb = a + 1")), namespace)
    assert namespace["b"] == 4
    assert "shell" in capfd.readouterr().out


@pytest.mark.parametrize("text", ["", "[]", '{"cells": 3}', '{"worksheets": []}', '{"cells": [{}]}'])
def test_what_is_no_notebook_is_refused(tmp_path, text):
    path = tmp_path / "train.ipynb"
    path.write_text(text)
    with pytest.raises(InvalidArgumentError, match="Jupyter notebook"):
        list(code_cells(path))
