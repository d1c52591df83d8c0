import math

from keras_stable.diagnosis.edit import Edit
from keras_stable.repairs.racing import informed, named, race, size, smallest_good
from keras_stable.repairs.remedies import Remedy
from keras_stable.repairs.scoring import Figure
from keras_stable.repairs.trial import Outcome


def outcome(whole):
    return Outcome(Figure("accuracy", whole, [whole]))


def test_the_best_comes_first(make_remedy):
    bad, good = (make_remedy(),), (make_remedy("clipnorm"),)
    assert smallest_good({bad: outcome(0.4), good: outcome(0.9)}) == [good, bad]


def test_of_two_that_are_about_as_good_the_smaller_comes_first(make_remedy):
    small, large = (make_remedy(),), (make_remedy(), make_remedy("clipnorm"))
    assert smallest_good({large: outcome(0.9), small: outcome(0.89)}) == [small, large]
    assert smallest_good({large: outcome(0.9), small: outcome(0.8)}) == [large, small]


def test_among_equals_the_likelier_cause_comes_first(make_remedy):
    first, second = (make_remedy(),), (make_remedy("clipnorm"),)
    assert smallest_good({first: outcome(0.9), second: outcome(0.905)}) == [first, second]


def test_rows_that_go_from_inputs_and_labels_are_one_change(make_finding):
    edits = tuple(Edit("transform_data", "data", name, f"{name}[1:]") for name in "xy")
    assert size((Remedy(make_finding("r", *edits), edits, ""),)) == 1


def test_what_failed_is_not_in_the_order(make_remedy):
    assert smallest_good({(make_remedy(),): outcome(-math.inf)}) == []


def test_a_race_that_the_program_as_it_is_keeps_up_in_is_no_judge(make_remedy):
    root, symptom, harm = ((make_remedy(name),) for name in ("learning_rate", "clipnorm", "momentum"))
    outcomes = {(): outcome(0.86), root: outcome(0.8), symptom: outcome(0.87), harm: outcome(0.3)}
    assert informed(outcomes) == [root, symptom, harm]
    assert informed({**outcomes, (): outcome(0.1)}) == [symptom, root, harm]
    assert informed({root: outcome(0.5), symptom: outcome(0.9)}) == [symptom, root]


def test_every_candidate_trains_on_the_same_rows_for_the_same_share(make_ground, make_remedy, fake_trial):
    ground = make_ground()
    sets = [(make_remedy(),), (make_remedy("clipnorm"),), (make_remedy("momentum"),)]
    ground.trials.update(zip(sets, [fake_trial(0.5), fake_trial(0.9), fake_trial(0.1, failure="no")], strict=True))
    assert race(ground, sets, 0.2, smallest_good) == [sets[1], sets[0]]
    assert ground.trials[sets[0]].runs == ground.trials[sets[1]].runs == [(130, 30, 0.2, 0)]
    assert ground.ledger.spent == 3 * 130 * 0.2 * 10
    assert ground.refused == {named(sets[2]): "its training failed: no"}


def test_longer_trainings_are_raced_for_as_much_work(make_ground, make_remedy, fake_trial):
    ground = make_ground()
    remedies = (make_remedy("epochs", "40", target="fit"),)
    ground.trials[remedies] = fake_trial(0.5, epochs=40)
    race(ground, [remedies], 0.2, smallest_good)
    assert ground.trials[remedies].runs[0][2] == 0.05


def test_one_edit_in_many_layers_is_one_change(make_finding, make_remedy):
    edits = tuple(Edit("set_argument", f"layer:{name}", "activation", '"relu"') for name in "abc")
    assert size((Remedy(make_finding("r", *edits), edits, ""),)) == 1
    assert size((make_remedy(), make_remedy("clipnorm", general=True))) == 3
