import itertools

from keras_stable.plots.line_styles import line_style


def test_no_two_of_the_first_280_lines_look_the_same():
    styles = [tuple(map(str, line_style(index).values())) for index in range(280)]
    assert len(set(styles)) == 280


def test_the_first_five_differ_in_colour_in_dashes_and_in_markers():
    for one, other in itertools.combinations(map(line_style, range(5)), 2):
        assert all(one[key] != other[key] for key in ("color", "linestyle", "marker"))
