from keras_stable.repairs.candidate_sets import candidates


def test_the_first_cause_alone_is_tried_first_and_then_all_together(make_remedy):
    first, second = make_remedy(), make_remedy("clipnorm", rule="exploding-gradients")
    measure = make_remedy("momentum", general=True)
    sets = candidates([first, second], [measure])
    assert sets[:3] == [(first,), (first, second), (second,)]
    assert (first, second, measure) in sets
    assert (measure,) in sets


def test_what_is_right_in_any_case_goes_with_every_candidate(make_remedy):
    sound = make_remedy("mode", rule="ineffective-callback", target="callback:EarlyStopping")
    sets = candidates([make_remedy(), sound], [make_remedy("clipnorm", general=True)])
    assert all(sound in remedies for remedies in sets)
    assert candidates([sound], [])[0] == (sound,)


def test_without_a_remedy_only_general_measures_are_tried(make_remedy):
    measures = [make_remedy("clipnorm", general=True), make_remedy("momentum", general=True)]
    assert candidates([], measures) == [(measures[0],), (measures[1],), tuple(measures)]


def test_there_are_not_too_many(make_remedy):
    remedies = [make_remedy(f"argument_{number}", rule=f"rule-{number}") for number in range(20)]
    measures = [make_remedy(f"measure_{number}", general=True) for number in range(5)]
    sets = candidates(remedies, measures)
    assert len(sets) == len(set(sets)) == 9
