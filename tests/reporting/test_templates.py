import sys

import jinja2
import pytest

from keras_stable.reporting.templates import breakable, code, render


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Renders a template of a package of its own."""
    (tmp_path / "package_of_pages").mkdir()
    (tmp_path / "package_of_pages" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)

    def rendered(text, **values):
        (tmp_path / "package_of_pages" / "page.html.j2").write_text(text)
        return render("package_of_pages", "page.html.j2", **values)

    yield rendered
    sys.modules.pop("package_of_pages", None)


def test_values_are_escaped_and_functions_of_numbers_are_there(page):
    text = page("{{ name }} {{ significant(112199.8) }} {{ count(3) }} {{ counted(1, 'run') }}", name="<b>&")
    assert text == "&lt;b&gt;&amp; 112,200 3 1 run"


def test_a_page_may_extend_the_frame(page):
    text = page(
        '{% extends "frame.html.j2" %}{% block title %}A & B{% endblock %}{% block main %}<p>x</p>{% endblock %}'
    )
    assert text.startswith("<!DOCTYPE html>")
    assert "<p>x</p>" in text
    assert "<script" not in text
    assert "http" not in text


def test_a_missing_value_is_an_error_and_not_a_gap(page):
    with pytest.raises(jinja2.UndefinedError, match="'name' is undefined"):
        page("{{ name }}")


def test_names_break_after_their_words_only():
    parts = breakable("with_doubled-rate.yaml a=b").split("\u200b")
    assert parts == ["with_", "doubled-", "rate.", "yaml a=", "b"]
    assert breakable("plain") == "plain"


def test_code_is_what_stands_between_backticks():
    assert code("`clipnorm=1.0`, then `<b>`") == "<code>clipnorm=1.0</code>, then <code>&lt;b&gt;</code>"
    assert code("one ` alone") == "one ` alone"
