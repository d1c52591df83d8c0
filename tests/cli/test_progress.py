import io
import sys

import pytest

from keras_stable.cli.progress import status


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def said(monkeypatch):
    """Says two things on a standard error of some kind, and returns what was written there."""

    def say(stream, terminal="xterm-256color"):
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("TERM", terminal)
        with status() as tell:
            tell("Auditing [bold]net")
            tell("Probe [1/2]")
        return stream.getvalue()

    return say


def test_lines_without_control_characters_where_it_is_no_terminal(said, capsys):
    assert said(io.StringIO()) == "Auditing [bold]net\nProbe [1/2]\n"
    assert capsys.readouterr().out == ""


def test_lines_on_a_terminal_that_cannot_go_back(said):
    assert said(Terminal(), "dumb") == "Auditing [bold]net\nProbe [1/2]\n"


def test_one_line_that_changes_on_a_terminal(said):
    text = said(Terminal())
    assert "Probe [1/2]" in text
    assert text.count("\n") == 1
    assert text.endswith("\x1b[2K")
