"""Rows of dots and bars, and names that fit beside them."""

import math

import numpy as np
import pytest

from keras_stable.diagnosis.reporting.plots.drawing import (
    HATCHES,
    Rows,
    Series,
    draw_bars,
    draw_dots,
    listed,
    percent,
    shortened,
    wide,
)


def dots(series, **more):
    names = [str(k) for k in range(len(series[0].values))]
    return draw_dots("title", Rows(names, series, "size", **more)).axes[0]


def bars(*values, **more):
    series = [Series(f"s{k}", part) for k, part in enumerate(values)]
    return draw_bars("title", Rows([str(k) for k in range(len(values[0]))], series, "size"), **more).axes[0]


def test_dots_that_are_not_positive_are_left_out():
    axes = dots([Series("a", (1.0, 0.0, -2.0, math.nan, math.inf, 10.0))])
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), [1, *[math.nan] * 4, 10])
    assert axes.lines[0].get_ydata().tolist() == [0, 1, 2, 3, 4, 5]
    assert axes.get_xscale() == "log"
    low, high = axes.get_xlim()
    assert (low, high) == (pytest.approx(1 / 3), pytest.approx(30))


def test_the_first_row_is_on_top():
    bottom, top = dots([Series("a", (1.0, 2.0))]).get_ylim()
    assert bottom > top
    assert top < 0 < 1 < bottom


def test_a_dot_may_have_a_line_through_it():
    axes = dots([Series("a", (2.0, 3.0), low=(1.0, 2.0), high=(4.0, 5.0))])
    assert [segment[:, 0].tolist() for segment in axes.collections[0].get_segments()] == [[1, 4], [2, 5]]
    assert not dots([Series("a", (2.0, 3.0))]).collections


def test_nothing_to_draw_is_an_empty_picture():
    axes = dots([Series("a", (math.nan,))], notes={0: "no gradient"})
    assert not axes.lines
    assert [text.get_text() for text in axes.texts] == ["no gradient"]
    assert axes.get_xscale() == "linear"


def test_lines_across_and_notes():
    axes = dots([Series("a", (1.0, 2.0))], lines={"one": 1.0, "two": 2.0}, notes={1: "here"})
    assert [(line.get_label(), line.get_linestyle()) for line in axes.lines[1:]] == [("one", "--"), ("two", ":")]
    assert [(text.get_text(), text.get_position()[1]) for text in axes.texts] == [("here", 1)]


def test_bars_of_a_row_lie_around_its_middle():
    axes = bars((1.0, 2.0, math.nan), (3.0, math.nan, math.nan))
    middles = {
        container.get_label(): [patch.get_y() + patch.get_height() / 2 for patch in container]
        for container in axes.containers
    }
    first, second = middles["s0"]
    assert second == pytest.approx(1.0)
    assert first + middles["s1"][0] == pytest.approx(0.0)
    assert first == pytest.approx(-0.1875)
    assert {patch.get_hatch() for patch in axes.containers[1]} == {HATCHES[1]}


def test_texts_stand_behind_the_longest_bar_of_their_row():
    axes = bars((1.0, 2.0, math.nan), (3.0, 1.0, math.nan), ends=["a", "", "c"])
    assert [(text.get_text(), text.xy) for text in axes.texts] == [("a", (3.0, 0))]


def test_bars_take_limits_and_a_logarithmic_axis():
    axes = bars((1.0, 100.0), log=True, xlim=(0.5, 200.0))
    assert axes.get_xscale() == "log"
    assert axes.get_xlim() == (0.5, 200.0)
    assert bars((1.0, 2.0)).get_xscale() == "linear"


@pytest.mark.parametrize(("number", "names"), [(29, 29), (30, 15), (59, 30), (60, 20)])
def test_many_rows_lie_closer_and_not_all_have_their_name(number, names):
    axes = dots([Series("a", [1.0] * number)])
    assert len(axes.get_yticks()) == names
    assert axes.figure.get_figheight() < 10


def test_of_up_to_eight_values_all_are_listed():
    pairs = [(name, float(k)) for k, name in enumerate("abcdefgh")]
    assert listed(pairs, str).count(",") == 7
    assert listed([*pairs[:3], ("i", 9.0), *pairs[3:]], str) == "first a 0.0, last h 7.0, smallest a 0.0, largest i 9.0"
    assert listed([("a", math.nan), ("b", 1.0)], str) == "b 1.0"
    assert listed([], str) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0 %"), (1.0, "100 %"), (0.01, "1 %"), (0.0099, "1 %"), (0.00123, "0.1 %"), (-0.5, "-50 %")],
)
def test_percentages(value, text):
    assert percent(value) == text


def test_names_that_fit_stay():
    fitting = ["encoder/" + "a" * 24, "encoder/b"]
    assert shortened(fitting) == fitting
    assert shortened([]) == []


def test_longer_ones_lose_what_they_share_but_never_all():
    assert shortened(["encoder/block/" + "a" * 30, "encoder/block/b"]) == ["a" * 30, "b"]
    same = "encoder/" + "a" * 30
    assert shortened([same, same]) == ["a" * 30] * 2


def test_then_their_middle():
    long = "x/" + "/".join("middle" for _ in range(8)) + "/kernel"
    assert shortened([long, "y/bias"]) == ["x/…/kernel", "y/bias"]
    [name, _] = shortened(["a" * 20 + "b" * 30, "c"])
    assert name == "a" * 20 + "…" + "b" * 11
    assert len(name) == 32


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1.0, 10.0), False),
        ((1.0, 10.1), True),
        ((0.0, 100.0), False),
        ((-1.0, 100.0), False),
        ((1.0, math.inf), False),
        ((math.nan, 1.0, 11.0), True),
        ((), False),
    ],
)
def test_wide_are_positive_values_more_than_tenfold_apart(values, expected):
    assert wide(values) is expected
    assert wide((1.0, 3.0), span=2.0)
