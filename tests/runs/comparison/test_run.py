import pickle

import numpy as np
import pytest

from keras_stable.runs.comparison.run import Failure


def test_a_failure_says_which_run_it_was():
    assert str(Failure("a", 3, "ValueError: no")) == "a, seed 3: ValueError: no"
    assert Failure("a", 3, "ValueError: no").traceback == ""


def test_results_come_whole_out_of_another_process(make_run):
    run = make_run("a", 3, norms=(1.0, np.nan))
    copy = pickle.loads(pickle.dumps(run))
    assert (copy.label, copy.seed, copy.seconds, copy.summary) == (run.label, run.seed, run.seconds, run.summary)
    assert copy.curves.history == run.curves.history
    np.testing.assert_array_equal(copy.curves.global_norm, run.curves.global_norm)
    failure = Failure("a", 3, "ValueError: no", "Traceback")
    assert pickle.loads(pickle.dumps(failure)) == failure


@pytest.mark.parametrize("attribute", ["label", "seed", "seconds"])
def test_a_run_is_not_changed_afterwards(attribute, make_run):
    with pytest.raises(AttributeError):
        setattr(make_run(), attribute, None)
