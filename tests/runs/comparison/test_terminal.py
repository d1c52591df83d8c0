import io

import pytest
from rich.console import Console

from keras_stable.runs.comparison.rows import aggregate
from keras_stable.runs.comparison.terminal import terminal_table


def printed(rows, width=80):
    stream = io.StringIO()
    Console(file=stream, width=width).print(terminal_table(rows))
    return stream.getvalue()


@pytest.mark.parametrize("width", [80, 100])
def test_each_config_is_a_column(make_run, width):
    rows = [aggregate("before", [make_run(norms=(112199.6,))]), aggregate("stable", [make_run()])]
    lines = {line[:24].strip(): line[24:].split() for line in printed(rows, width).splitlines()}
    assert lines[""] == ["before", "stable"]
    assert lines["Largest gradient norm"] == ["112,200", "4.00"]
    assert lines["Classes predicted"] == ["3", "of", "3", "3", "of", "3"]
    assert lines["Drop after epoch 5"] == ["0.050", "0.050"]


def test_many_configs_take_several_blocks_of_80_characters(make_run):
    labels = [f"without_a_very_long_name_{index}" for index in range(9)]
    rows = [
        aggregate(label, [make_run(accuracy=(0.5,)), make_run(seed=1, accuracy=(0.25,), norms=(30.0,))])
        for label in labels
    ]
    text = printed(rows)
    assert max(map(len, text.splitlines())) <= 80
    assert text.count("Last accuracy") > 1
    assert text.count("0.375") == 2 * len(labels)
    assert text.count("0.250-0.500") == 2 * len(labels)
    assert "…" not in text


def test_a_name_wider_than_the_terminal_is_folded_and_not_cut(make_run):
    text = printed([aggregate("x" * 100, [make_run()])])
    assert text.count("x") == 100


def test_markup_in_a_name_stays_as_it_is(make_run):
    assert "a [b]" in printed([aggregate("a [b]", [make_run()])])
