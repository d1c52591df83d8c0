import numpy as np

from keras_stable.runs.comparison.rows import aggregate


def test_each_figure_is_taken_over_the_seeds_as_documented(make_run):
    runs = [
        make_run(seed=0, accuracy=(0.5, 0.9, 0.6, 0.8), norms=(11.0, 3.0, 1.0), unique=3.0),
        make_run(seed=1, accuracy=(0.4, 0.5, 0.6, 0.7), norms=(20.0, np.nan, np.inf, 12.0, 8.0), unique=2.0),
    ]
    row = aggregate("a", runs)
    assert row["config"] == "a"
    assert row["seeds"] == [0, 1]
    assert (row["num_classes"], row["epochs"]) == (3, 4)
    assert row["grad_norm_max"] == 20.0
    assert row["grad_norm_median"] == (3.0 + 12.0) / 2
    assert row["grad_norm_applied_max"] == 0.5
    assert (row["steps"], row["steps_over_limit"], row["nonfinite_steps"]) == (8, 3, 2)
    assert [row[f"unique_classes{end}"] for end in ("", "_min", "_max")] == [2.5, 2.0, 3.0]
    assert [row[f"val_accuracy_last{end}"] for end in ("", "_min", "_max")] == [0.75, 0.7, 0.8]
    np.testing.assert_allclose([row[f"val_accuracy_best{end}"] for end in ("", "_min", "_max")], [0.8, 0.7, 0.9])
    np.testing.assert_allclose([row["largest_drop"], row["largest_drop_after_3"]], [0.3, 0.1])
    assert row["largest_drop_after_5"] is None
    assert row["distinct_in_first_10"] == 2.0


def test_a_config_without_a_run_has_nothing_measured():
    row = aggregate("a", [])
    assert row.pop("config") == "a"
    assert row.pop("seeds") == []
    assert set(row.values()) == {None}


def test_no_finite_norm(make_run):
    row = aggregate("a", [make_run(norms=(np.nan, np.inf))])
    assert row["grad_norm_max"] is None
    assert row["grad_norm_median"] is None
    assert (row["steps_over_limit"], row["nonfinite_steps"]) == (0, 2)
