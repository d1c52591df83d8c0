import pytest

from keras_stable.diagnosis.reporting.plots import PLOTS


@pytest.fixture(scope="session")
def drawings():
    """Returns what can be drawn of facts, by title."""

    def by_title(facts):
        return {drawing.title: drawing for plot in PLOTS for drawing in plot(facts)}

    return by_title


@pytest.fixture(scope="session")
def drawn(drawings):
    """Draws the picture of a title, and returns its axes."""

    def draw(facts, title):
        return drawings(facts)[title].draw().axes[0]

    return draw
