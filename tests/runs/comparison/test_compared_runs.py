import re
from dataclasses import replace

import keras

from keras_stable.runs.comparison.compared_runs import ComparedRuns, environment


def test_runs_are_told_apart_by_label(iris_config, make_run):
    runs = (make_run("a", 0), make_run("b", 0), make_run("a", 1))
    compared = ComparedRuns({"a": iris_config("a"), "b": iris_config("b")}, runs)
    assert compared.runs_of("a") == [runs[0], runs[2]]
    assert compared.runs_of("c") == []


def test_there_is_a_row_for_every_config_even_without_a_run(iris_config, make_run):
    configs = {label: iris_config(label) for label in ("a", "b")}
    rows = ComparedRuns(configs, (make_run("b", 4, norms=(4.0, 20.0)),)).rows
    assert [(row["config"], row["seeds"]) for row in rows] == [("a", []), ("b", [4])]
    assert (rows[0]["grad_norm_max"], rows[1]["grad_norm_max"]) == (None, 20.0)


def test_rows_are_computed_once_and_anew_for_other_runs(iris_config, make_run):
    compared = ComparedRuns({"a": iris_config("a")}, (make_run("a", 0),))
    assert compared.rows is compared.rows
    assert replace(compared, runs=()).rows[0]["seeds"] == []


def test_the_environment_says_what_figures_depend_on():
    now = environment()
    assert now["keras"] == keras.__version__
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", now["date"])
    assert now.keys() == {"keras_stable", "keras", "tensorflow", "numpy", "python", "date"}
    assert ComparedRuns({}, ()).environment == now
