import numpy as np
import pytest
from matplotlib.colors import to_hex

from keras_stable.runs.curves import draw_curves, draw_panel, save_curves
from keras_stable.runs.results import Curves

PANELS = ["accuracy", "gradient_norm", "loss", "training_loss", "validation_loss", "effective_classes"]


def curves(shift=0.0, norms=(1000.0, 20.0, 5.0, 2.0)):
    history = {
        "loss": [2.0 + shift, 1.0],
        "val_loss": [2.5 + shift, 1.5],
        "val_accuracy": [0.25 + shift, 0.5 + shift],
        "val_effective_classes": [2.0, 8.0],
    }
    return Curves(history, np.array(norms), np.array(norms))


def lines(figure):
    return {line.get_label(): line for line in figure.axes[0].lines}


def test_one_line_for_each_run():
    drawn = lines(draw_panel("accuracy", {"a": curves(), "b": curves(0.125)}))
    np.testing.assert_array_equal(drawn["a"].get_xdata(), [1, 2])
    np.testing.assert_array_equal(drawn["a"].get_ydata(), [0.25, 0.5])
    np.testing.assert_array_equal(drawn["b"].get_ydata(), [0.375, 0.625])
    for look in ("get_color", "get_linestyle", "get_marker"):
        assert getattr(drawn["a"], look)() != getattr(drawn["b"], look)()


def test_several_seeds_are_a_median_in_a_band():
    axes = draw_panel("accuracy", {"a": [curves(), curves(0.125), curves(0.5)]}).axes[0]
    (line,), (band,) = axes.lines, axes.collections
    np.testing.assert_array_equal(line.get_ydata(), [0.375, 0.625])
    corners = band.get_paths()[0].vertices
    assert (corners[:, 1].min(), corners[:, 1].max()) == (0.25, 1.0)
    assert to_hex(band.get_facecolor()[0]) == to_hex(line.get_color())


def test_one_run_has_no_band():
    assert not draw_panel("accuracy", {"a": curves()}).axes[0].collections


def test_the_gradient_norm_is_logarithmic_with_a_line_at_10():
    figure = draw_panel("gradient_norm", {"a": curves(norms=(1e5, np.nan, np.inf, 0.0, 1e-30, *[3.0] * 100))})
    axes = figure.axes[0]
    assert axes.get_yscale() == "log"
    np.testing.assert_array_equal(lines(figure)["norm 10"].get_ydata(), [10, 10])
    drawn = lines(figure)["a"].get_ydata()
    np.testing.assert_array_equal(np.isnan(drawn[:5]), [False, True, True, True, False])
    # The one step without a gradient does not press the others to the top.
    assert axes.get_ylim()[0] == 1.0
    assert axes.get_ylim()[1] > 1e5


def test_ticks_are_numbers_for_people():
    figure = draw_panel("gradient_norm", {"a": curves(norms=(112200.0, 2.0))})
    figure.canvas.draw()
    ticks = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert {"10", "1,000", "100,000"} <= set(ticks)


@pytest.mark.parametrize("panel", PANELS)
def test_what_was_not_measured_is_said(panel):
    figure = draw_panel(panel, {"a": [], "b": Curves({}, np.array([np.nan]), np.zeros(0))})
    assert [text.get_text() for text in figure.axes[0].texts] == ["not measured"]
    figure.canvas.draw()


def test_training_and_validation_loss_in_one_panel_differ_without_colour():
    training, validation = draw_panel("loss", {"a": curves()}).axes[0].lines
    assert training.get_markersize() != validation.get_markersize()


def test_four_panels_and_one_legend(tmp_path):
    figure = draw_curves({"a": curves(), "b": curves(0.1)})
    assert len(figure.axes) == 4
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b", "norm 10"]
    save_curves({"a": curves()}, tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_a_long_legend_makes_the_picture_higher():
    few, many = ({f"a rather long name of a config {i}": curves() for i in range(n)} for n in (2, 12))
    assert draw_panel("loss", many).get_figheight() > draw_panel("loss", few).get_figheight() + 2
