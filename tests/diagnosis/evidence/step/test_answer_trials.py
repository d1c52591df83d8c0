import numpy as np

from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.step.answer_trials import AnswerTrials
from keras_stable.diagnosis.facts import LossCheck

RNG = np.random.default_rng(0)
Y = RNG.normal(size=(32, 1))


def tried(figure, answers, y=Y, **known):
    return AnswerTrials(figure, Batch(np.zeros((32, 2)), y), 0, LossCheck(**known)).check(answers)


def test_a_loss_that_minds_is_tried_a_few_times_only():
    check = tried(lambda y, answer: float(np.mean((y - answer[0]) ** 2)), [[Y]])
    assert (check.right, len(check.wrong), check.of_same_labels) == (0.0, 3, ())
    assert min(check.wrong) > 0.5


def test_one_that_does_not_is_tried_on_the_label_of_every_row():
    check = tried(lambda y, answer: float(np.mean((y[:, 0] - answer[0]) ** 2)), [[Y]])
    assert len(check.of_same_labels) == 32
    assert check.broadcasts


def test_one_that_prefers_wrong_answers_is_tried_until_it_is_no_chance():
    check = tried(lambda y, answer: -float(np.mean((y - answer[0]) ** 2)), [[Y]])
    assert len(check.wrong) == 19
    assert check.prefers_wrong


def test_the_way_to_mean_the_answers_in_which_a_loss_does_best_counts():
    """Classes may be meant as values or as logits; what is wrong in one of them need not be."""
    y = (Y > 0).astype("float64")
    check = tried(lambda y, answer: -float(np.mean(y * np.clip(answer[0], -9, 0.5))), [[-y], [y]], y=y)
    assert not check.prefers_wrong


def test_own_answers_have_to_differ():
    """The same answer to all rows, as of a readout that begins at zero, says nothing of how labels are paired."""

    def figure(y, answer=None, x=None):
        same = np.zeros((32, 1)) if x is None else 0.0 * x[:, :1]
        return float(np.mean((y - same) ** 2))

    assert tried(figure, [], own_step=True) is None
