from keras_stable.runs.comparison.measure import measures, seeds_text
from keras_stable.runs.comparison.rows import aggregate


def cells(row):
    return {measure.key: tuple(measure.cell(row)) for measure in measures([row])}


def test_one_seed_has_no_range(make_run):
    shown = cells(aggregate("a", [make_run(norms=(112199.6, 3.0, 0.04567))]))
    assert shown["grad_norm_max"] == ("112,200", "")
    assert shown["grad_norm_median"] == ("3.00", "")
    assert shown["grad_norm_applied_max"] == ("0.500", "")
    assert shown["unique_classes"] == ("3 of 3", "")
    assert shown["val_accuracy_best"] == ("0.950", "")
    assert shown["nonfinite_steps"] == ("0", "")


def test_several_seeds_show_their_range(make_run):
    row = aggregate("a", [make_run(unique=1.0, accuracy=(0.25,)), make_run(unique=2.0, accuracy=(0.5,))])
    shown = cells(row)
    assert shown["unique_classes"] == ("1.5 of 3", "1 to 2")
    assert shown["val_accuracy_last"] == ("0.375", "0.250 to 0.500")
    assert shown["distinct_in_first_10"] == ("2", "")


def test_nothing_measured_is_a_dash():
    assert set(cells(aggregate("a", [])).values()) == {("-", "")}


def test_drops_after_an_epoch_that_no_run_came_to_are_left_out(make_run):
    short, long = aggregate("a", [make_run(accuracy=(0.1, 0.2))]), aggregate("b", [make_run()])
    assert not [measure.key for measure in measures([short]) if "_after_" in measure.key]
    after = [measure.key for measure in measures([short, long]) if "_after_" in measure.key]
    assert after == ["largest_drop_after_3", "largest_drop_after_5"]


def test_every_measure_says_what_it_means(make_run):
    for measure in measures([aggregate("a", [make_run()])]):
        assert measure.meaning.endswith(".")
        assert measure.unit


def test_seeds_with_a_gap():
    assert seeds_text([3, 4, 5]) == "3 to 5"
    assert seeds_text([3, 5, 6]) == "3, 5, 6"
