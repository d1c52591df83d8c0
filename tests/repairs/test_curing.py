import pytest

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.repairs.curing import cure
from keras_stable.repairs.measures import GUARDED, general_measures
from keras_stable.repairs.remedies import remedies_of

RATE = Edit("set_argument", "optimizer", "learning_rate", "0.1")
MODE = Edit("set_argument", "callback:EarlyStopping", "mode", '"max"')


@pytest.fixture
def cured(make_ground, make_finding, fake_trial):
    def run(rule, edit, before, alone, guarded, budget=3.0):
        report = Report((make_finding(rule, edit),))
        own, measures = remedies_of(report), tuple(general_measures(report, report.findings[0]))
        ground = make_ground(budget)
        figures = {(): before, own: alone, measures: guarded, (*own, *measures): guarded}
        ground.trials.update({remedies: fake_trial(figure, noise=0.05) for remedies, figure in figures.items()})
        return cure(ground, report, lambda line: None), ground

    return run


def test_the_remedy_of_what_was_found_is_taken_where_it_does(cured):
    result, ground = cured("learning-rate-too-high", RATE, 0.1, 0.9, 0.9)
    assert [remedy.edits for remedy in result.remedies] == [(RATE,)]
    assert result.proof.better
    assert ground.ledger.trainings <= 3.0


def test_a_general_measure_is_taken_where_the_remedy_does_not_cure(cured):
    result, _ = cured("learning-rate-too-high", RATE, 0.1, 0.2, 0.9)
    assert [remedy.edits for remedy in result.remedies] == [(GUARDED,)]


def test_what_is_no_better_is_refused_and_said(cured):
    result, ground = cured("learning-rate-too-high", RATE, 0.9, 0.9, 0.9)
    assert result.remedies == ()
    assert any("no better than the program as it is" in why for why in ground.refused.values())


def test_what_is_worse_is_refused_and_said(cured):
    result, ground = cured("learning-rate-too-high", RATE, 0.9, 0.5, 0.5)
    assert result.remedies == ()
    assert any("makes the program worse" in why for why in ground.refused.values())


def test_what_is_right_in_any_case_needs_no_gain_but_must_not_do_harm(cured):
    assert [remedy.edits for remedy in cured("ineffective-callback", MODE, 0.9, 0.9, 0.9)[0].remedies] == [(MODE,)]
    assert cured("ineffective-callback", MODE, 0.9, 0.5, 0.5)[0].remedies == ()


def test_the_cure_of_a_leak_may_look_worse(cured):
    cut = Edit("transform_data", "data", "x", "np.delete(x, 3, axis=1)")
    assert [remedy.edits for remedy in cured("target-in-input", cut, 0.99, 0.7, 0.7)[0].remedies] == [(cut,)]


@pytest.mark.parametrize("budget", [0.3, 1.0, 3.0, 10.0])
def test_the_budget_is_kept(cured, budget):
    _, ground = cured("learning-rate-too-high", RATE, 0.1, 0.9, 0.95, budget=budget)
    assert ground.ledger.trainings <= budget + 1e-9
