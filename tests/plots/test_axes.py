import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from keras_stable.plots.axes import finish, log_scale


@pytest.fixture
def drawn():
    """Makes a figure with one line, and draws it."""

    def make(values, labels=("a",)):
        figure = Figure(layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        for label in labels:
            axes.plot(np.arange(len(values)), values, label=label)
        return figure, axes

    return make


def ticks(axis, figure):
    figure.canvas.draw()
    low, high = axis.get_view_interval()
    labels = [*axis.get_ticklabels(), *axis.get_ticklabels(minor=True)]
    locations = [*axis.get_ticklocs(), *axis.get_ticklocs(minor=True)]
    return {
        label.get_text() for label, at in zip(labels, locations, strict=True) if low <= at <= high and label.get_text()
    }


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([2.0, 5.0], {"2", "3", "5"}),
        ([1.0, 30.0], {"1", "2", "5", "10", "20"}),
        ([1.0, 1e6], {"1", "10", "100", "1,000", "10,000", "100,000", "1,000,000"}),
        # Which decades have a tick depends on Matplotlib's version.
        ([1e-9, 1e9], {"1e-08", "1e-07", "1e-04", "10", "100", "100,000", "1e+08"}),
    ],
)
def test_a_logarithmic_axis_has_plain_numbers_however_far_it_reaches(values, expected, drawn):
    figure, axes = drawn(values)
    log_scale(axes)
    assert axes.get_yscale() == "log"
    shown = ticks(axes.yaxis, figure)
    assert len(shown & expected) >= 2
    assert not any("$" in text for text in shown)


def test_the_horizontal_axis_can_be_logarithmic_alone(drawn):
    _, axes = drawn([1.0, 2.0])
    axes.set_xlim(1, 100)
    log_scale(axes, "x")
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "linear")


def test_panels_get_one_legend_and_say_what_was_not_measured():
    figure = Figure(layout="constrained")
    FigureCanvasAgg(figure)
    full, empty = figure.subplots(1, 2)
    full.plot([1, 2], label="a")
    full.plot([2, 1], label="b")
    finish(figure)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b"]
    assert [text.get_text() for text in empty.texts] == ["not measured"]
    assert not full.texts


def test_a_figure_without_names_has_no_legend(drawn):
    figure, _ = drawn([1.0], labels=["_hidden"])
    before = figure.get_figheight()
    finish(figure)
    assert not figure.legends
    assert figure.get_figheight() == before


def test_each_line_of_the_legend_makes_the_figure_higher(drawn):
    heights = []
    for count in (1, 10, 20):
        figure, _ = drawn([1.0], labels=[f"config number {index} of many" for index in range(count)])
        finish(figure)
        heights.append(figure.get_figheight())
    assert heights[0] < heights[1] < heights[2]
