from dataclasses import replace

from keras_stable.repairs.candidate_sets import candidates


def test_the_first_cause_alone_is_tried_first_and_then_all_together(make_remedy):
    first, second = make_remedy(), make_remedy("clipnorm", rule="exploding-gradients")
    measure = make_remedy("momentum", general=True)
    sets = candidates([first, second], [measure])
    assert sets[:3] == [(first,), (first, second), (first, second, measure)]
    assert (second,) in sets
    assert (measure,) in sets


def test_measures_come_before_advice_and_without_it(make_remedy, make_finding):
    hint = make_remedy()
    hint = replace(hint, finding=make_finding(severity="advice"))
    measure = make_remedy("momentum", general=True)
    assert candidates([hint], [measure]) == [(measure,), (hint,)]


def test_a_longer_training_goes_with_every_candidate_unless_another_cause_explains_it(make_remedy, make_finding):
    longer = make_remedy("epochs", "20", rule="slow-convergence", target="fit")
    sets = candidates([make_remedy(), longer], [make_remedy("clipnorm", general=True)])
    assert all(longer in remedies for remedies in sets)
    explained = replace(longer, finding=make_finding("slow-convergence", cause="learning-rate-too-low"))
    assert candidates([make_remedy(), explained], [])[0] == (make_remedy(),)


def test_fewer_may_be_asked_for(make_remedy):
    assert len(candidates([make_remedy()], [make_remedy("momentum", general=True)], most=2)) == 2


def test_what_is_right_in_any_case_goes_with_every_candidate(make_remedy):
    sound = make_remedy("mode", rule="ineffective-callback", target="callback:EarlyStopping")
    sets = candidates([make_remedy(), sound], [make_remedy("clipnorm", general=True)])
    assert all(sound in remedies for remedies in sets)
    assert candidates([sound], [])[0] == (sound,)


def test_without_a_remedy_only_general_measures_are_tried(make_remedy):
    measures = [make_remedy("clipnorm", general=True), make_remedy("momentum", general=True)]
    assert candidates([], measures) == [tuple(measures), (measures[0],), (measures[1],)]


def test_there_are_not_too_many(make_remedy):
    remedies = [make_remedy(f"argument_{number}", rule=f"rule-{number}") for number in range(20)]
    measures = [make_remedy(f"measure_{number}", general=True) for number in range(5)]
    sets = candidates(remedies, measures)
    assert len(sets) == len(set(sets)) == 9
