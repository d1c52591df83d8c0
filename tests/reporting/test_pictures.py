import base64
import xml.etree.ElementTree as ElementTree

import matplotlib
from matplotlib.figure import Figure

from keras_stable.reporting.pictures import data_uri


def draw():
    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2, 3], label="a")
    axes.set_title("Loss & more")
    axes.legend()
    return figure


def test_a_drawing_is_a_whole_svg_inside_its_address():
    head, _, content = data_uri(draw).partition(",")
    assert head == "data:image/svg+xml;base64"
    root = ElementTree.fromstring(base64.b64decode(content))
    assert root.tag.endswith("svg")


def test_the_same_drawing_gives_the_same_text():
    assert data_uri(draw) == data_uri(draw)


def test_settings_hold_while_it_is_drawn_and_not_beyond():
    sizes = []

    def noting():
        sizes.append(matplotlib.rcParams["font.size"])
        return draw()

    before = dict(matplotlib.rcParams)
    data_uri(noting)
    assert sizes == [12]
    assert dict(matplotlib.rcParams) == before
