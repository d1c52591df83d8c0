import numpy as np
import pytest

from keras_stable.repairs.scoring import Hint, figure, kind_of


def scored(labels, answers, **hint):
    return figure([np.asarray(labels)], [np.asarray(answers)], [Hint(**hint)])


IDS = np.array([0, 1, 2, 1])
SURE = np.eye(3)[[0, 1, 2, 0]]


@pytest.mark.parametrize("labels", [IDS, IDS[:, None], np.eye(3)[IDS]], ids=["ids", "column", "one_hot"])
def test_classes_are_told_by_the_highest_answer(labels):
    seen = scored(labels, SURE)
    assert (seen.name, seen.whole) == ("accuracy", 0.75)
    assert seen.by_row.tolist() == [1, 1, 1, 0]


@pytest.mark.parametrize(
    ("labels", "answers", "from_logits", "expected"),
    [
        ([0, 1, 1, 0], [0.2, 0.9, 0.8, 0.7], False, 0.75),
        ([0, 1, 1, 0], [-3.0, 0.2, 2.0, -0.1], True, 1.0),
        ([-1, 1, 1, -1], [-0.3, 0.2, 2.0, -0.1], False, 1.0),
        ([1, 2, 2, 1], [1.2, 1.6, 1.9, 1.1], False, 1.0),
        ([True, False], [0.9, 0.1], False, 1.0),
    ],
    ids=["probabilities", "logits", "signs", "from_one", "bools"],
)
def test_two_classes_are_parted_where_the_answer_means_yes(labels, answers, from_logits, expected):
    assert scored(labels, np.asarray(answers)[:, None], from_logits=from_logits).whole == expected


def test_rare_classes_count_as_much_as_common_ones():
    labels = np.array([0] * 90 + [1] * 10)
    seen = scored(labels, np.zeros((100, 1)))
    assert (seen.name, seen.whole) == ("balanced accuracy", pytest.approx(0.5))


def test_real_labels_are_judged_by_r2():
    labels = np.array([1.5, 2.5, 3.0, 7.0])
    answers = np.array([[1.0], [2.0], [4.0], [7.5]])
    expected = 1 - ((labels - answers[:, 0]) ** 2).mean() / labels.var()
    assert scored(labels, answers).whole == pytest.approx(expected)
    assert scored(labels, np.full((4, 1), labels.mean())).whole == pytest.approx(0.0)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e30])
def test_answers_that_are_no_numbers_are_wrong(bad):
    assert scored(np.array([1.5, 2.5]), np.full((2, 1), bad)).whole == -1.0
    assert scored(IDS, np.full((4, 3), np.nan)).whole == 0.0
    assert scored([0, 1], np.full((2, 1), np.nan)).whole == 0.0


def test_one_row_that_is_far_off_does_not_outweigh_the_others():
    labels = np.linspace(0.5, 10.5, 21)
    answers = labels.copy()
    answers[0] = 1e6
    assert scored(labels, answers[:, None]).by_row.min() == -3.0


def test_several_labels_are_judged_one_by_one():
    labels = np.array([[1, 1, 0], [0, 0, 0]])
    seen = scored(labels, np.array([[0.9, 0.2, 0.1], [0.1, 0.1, 0.8]]))
    assert (seen.name, seen.whole) == ("share of right labels", pytest.approx(4 / 6))


def test_every_step_of_a_sequence_counts():
    labels = np.array([[0, 1], [1, 0]])
    answers = np.eye(2)[[[0, 1], [0, 0]]]
    assert scored(labels, answers).by_row.tolist() == [1.0, 0.5]


def test_outputs_count_alike():
    parts = figure([IDS, np.array([0.5, 1.5, 2.5, 9.0])], [SURE, np.zeros((4, 1))], [Hint(), Hint()])
    assert parts.name == "accuracy and R²"


@pytest.mark.parametrize(
    ("labels", "answers", "of_classes", "kind"),
    [
        (np.arange(40) % 7, np.ones((40, 1)), False, "regression"),
        (np.arange(40) % 7, np.ones((40, 1)), True, "classes"),
        (np.linspace(0, 1, 40), np.ones((40, 1)), False, "regression"),
        (np.eye(3)[IDS], np.ones((4, 1)), False, "classes"),
        (np.array([[1, 1], [0, 1]]), np.ones((2, 2)), False, "multi_label"),
    ],
    ids=["counts", "ids", "shares", "one_hot_of_another_width", "several"],
)
def test_what_labels_are(labels, answers, of_classes, kind):
    assert kind_of(labels, answers, Hint(of_classes)) == kind


def test_ranking_tells_what_has_hardly_been_trained():
    labels, hint = np.array([0, 1, 2, 2]), [Hint(of_classes=True)]
    # The last answer is always the highest, but the right class is never the lowest.
    some = np.array([[2.0, 1.0, 3.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [2.0, 1.0, 3.0]])
    none = np.array([[1.0, 2.0, 3.0], [2.0, 1.0, 3.0], [1.0, 2.0, 3.0], [2.0, 1.0, 3.0]])
    better, worse = (figure([labels], [answers], hint) for answers in (some, none))
    assert better.whole == worse.whole == 0.5
    assert (better.ranking, worse.ranking) == pytest.approx(((0.5 + 0.5 + 1) / 3, 1 / 3))
    assert better.early > worse.early


def test_ranking_of_one_number_is_the_area_under_the_curve():
    labels = np.array([0, 0, 1, 1, 1])
    answers = np.array([[0.1], [0.6], [0.7], [0.6], [0.9]])
    pairs = [(0.1, right) for right in (0.7, 0.6, 0.9)] + [(0.6, right) for right in (0.7, 0.6, 0.9)]
    expected = np.mean([(right > wrong) + 0.5 * (right == wrong) for wrong, right in pairs])
    assert figure([labels], [answers], [Hint()]).ranking == pytest.approx(expected)


def test_numbers_have_no_ranking():
    part = figure([np.array([0.5, 2.0, 3.1])], [np.zeros((3, 1))], [Hint()])
    assert part.ranking is None
    assert part.early == part.whole
