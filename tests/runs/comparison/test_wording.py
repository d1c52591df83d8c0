import numpy as np

from keras_stable.runs.comparison.rows import aggregate
from keras_stable.runs.comparison.wording import sentences


def test_a_sick_run(make_run):
    text = sentences(aggregate("a", [make_run(accuracy=(0.25,), norms=(112199.6, 3.0), unique=2.0)]))
    assert text == (
        "Predicts only 2 of 3 classes; the most frequent takes 40% of the samples. In the first 10 validation "
        "samples: 2 distinct predictions. Validation accuracy ends at 0.250 (guessing: 0.333). The gradient norm "
        "before clipping reached 112,200, and was over 10 in 1 of 2 steps."
    )


def test_a_stable_config_with_several_seeds(make_run):
    text = sentences(aggregate("a", [make_run(accuracy=(0.9,)), make_run(accuracy=(0.8,))]))
    assert text.startswith("Predicts all 3 classes; the most frequent takes up to 40% of the samples.")
    assert "Validation accuracy ends at 0.850 on average (guessing: 0.333)." in text
    assert text.endswith("reached 4.00, and was never over 10 in 6 steps.")


def test_seeds_that_do_not_agree(make_run):
    text = sentences(aggregate("a", [make_run(unique=1.0), make_run(unique=3.0)]))
    assert text.startswith("Predicts 1 to 3 of 3 classes, depending on the seed;")


def test_skipped_steps_are_told_apart_from_large_norms(make_run):
    text = sentences(aggregate("a", [make_run(norms=(np.nan, 20.0, 1.0))]))
    assert "reached 20.0, and was over 10 in 1 of 2 steps." in text
    assert text.endswith("In 1 of 3 steps the gradient was infinite or not a number, and the optimizer left it out.")


def test_no_gradient_was_finite(make_run):
    text = sentences(aggregate("a", [make_run(norms=(np.nan, np.nan))]))
    assert "reached" not in text
    assert "In 2 of 2 steps the gradient was infinite" in text


def test_nothing_measured(make_run):
    assert sentences(aggregate("a", [])) == "No run ended, so there is nothing to say about its predictions."
    text = sentences(aggregate("a", [make_run(accuracy=(), norms=())]))
    assert text.startswith("The classes predicted for the validation samples were not measured.")
    assert text.endswith("Gradient norms were not measured.")
