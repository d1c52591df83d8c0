"""Lines over steps, their marks and their words."""

import math

import numpy as np
import pytest

from keras_stable.diagnosis.reporting.plots.curves import Curve, draw_curves, story


def points(axes):
    """Returns what is drawn by the label of the legend; lines across are left out."""
    lines = {line.get_label(): line.get_xydata() for line in axes.lines if len(line.get_xydata()) and line.get_marker()}
    return {label: np.asarray(data) for label, data in lines.items()}


def test_the_steps_of_a_nan_are_marked(sample_report, drawn):
    axes = drawn(sample_report.facts, "Loss by step of the probe")
    marks = points(axes)["NaN or infinite"]
    assert marks[:, 0].tolist() == [120]
    assert axes.get_yscale() == "log"


def axes_of(*curves, **more):
    return draw_curves(
        "title", "step", "loss", [Curve(str(k), values) for k, values in enumerate(curves)], **more
    ).axes[0]


def test_steps_are_numbered_from_1():
    axes = axes_of((5.0, 4.0, 3.0), (1.0, 2.0))
    assert axes.lines[0].get_xydata().tolist() == [[1, 5], [2, 4], [3, 3]]
    assert axes.lines[1].get_xydata().tolist() == [[1, 1], [2, 2]]
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.figure.get_suptitle()) == ("step", "loss", "title")


def test_long_curves_are_150_points_in_a_band_of_their_range():
    values = np.arange(450.0)
    axes = axes_of(values)
    assert len(axes.lines[0].get_xdata()) == 150
    assert axes.lines[0].get_ydata()[:2].tolist() == [1, 4]
    assert len(axes.collections) == 1
    assert not axes_of(values[:150]).collections


def test_on_a_logarithmic_axis_what_is_not_positive_is_left_out():
    axes = axes_of((1.0, 0.0, -2.0, 4.0), log=True)
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), [1, math.nan, math.nan, 4])
    assert axes.get_yscale() == "log"
    assert axes_of((1.0, 2.0)).get_yscale() == "linear"


def test_values_that_are_not_finite_are_marked_once_a_step():
    axes = axes_of((1.0, math.nan, math.inf), (math.nan, math.nan, 1.0))
    marks = points(axes)["NaN or infinite"]
    assert marks[:, 0].tolist() == [1, 2, 3]
    assert "NaN or infinite" not in points(axes_of((1.0, 2.0)))


def test_levels_are_lines_across_that_differ():
    axes = axes_of((1.0, 2.0), levels={"a": 1.5, "b": 1.75})
    levels = {line.get_label(): (line.get_ydata()[0], line.get_linestyle()) for line in axes.lines[1:]}
    assert levels == {"a": (1.5, ":"), "b": (1.75, "-.")}


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((2.0,), "a goes from 2.0 to 2.0, between 2.0 and 2.0."),
        ((3.0, math.nan, 1.0, 2.0), "a goes from 3.0 to 2.0, between 1.0 and 3.0; 1 of 4 values are NaN or infinite."),
        ((math.inf, -math.inf), "a is never a finite number."),
        ((), "a is never a finite number."),
    ],
)
def test_where_a_line_begins_and_ends_is_told(values, text):
    assert story([Curve("a", values)], str) == text


def test_several_lines_are_told_one_after_the_other():
    assert story([Curve("a", (1.0,)), Curve("b", ())], str).endswith("1.0. b is never a finite number.")
    assert story([], str) == ""
