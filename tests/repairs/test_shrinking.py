from keras_stable.repairs.shrinking import shrunk


def test_what_costs_nothing_goes_and_what_is_needed_stays(make_ground, make_remedy, fake_trial):
    needed, idle = make_remedy(), make_remedy("clipnorm", rule="exploding-gradients")
    ground = make_ground()
    ground.trials.update(
        {(needed, idle): fake_trial(0.9), (needed,): fake_trial(0.9), (idle,): fake_trial(0.4)},
    )
    assert shrunk(ground, (needed, idle), 1.0) == (needed,)


def test_what_is_right_in_any_case_stays(make_ground, make_remedy, fake_trial):
    sound = make_remedy("mode", rule="ineffective-callback", target="callback:EarlyStopping")
    idle = make_remedy("clipnorm", general=True)
    ground = make_ground()
    ground.trials.update({(sound, idle): fake_trial(0.9), (sound,): fake_trial(0.9), (idle,): fake_trial(0.9)})
    assert shrunk(ground, (sound, idle), 1.0) == (sound,)


def test_a_part_of_a_remedy_may_go(make_ground, make_finding, fake_trial):
    from keras_stable.diagnosis.edit import Edit
    from keras_stable.repairs.remedies import Remedy

    edits = tuple(
        Edit("set_argument", "layer:end", name, value) for name, value in (("units", "1"), ("activation", "None"))
    )
    whole = Remedy(make_finding("loss-output-mismatch", *edits), edits, "")
    first, second = (Remedy(whole.finding, (edit,), "") for edit in edits)
    ground = make_ground()
    ground.trials.update({(whole,): fake_trial(0.9), (first,): fake_trial(0.9), (second,): fake_trial(0.2)})
    assert shrunk(ground, (whole,), 1.0) == (first,)


def test_a_loss_keeps_the_layer_that_it_is_made_for(make_ground, make_finding, fake_trial):
    from keras_stable.diagnosis.edit import Edit
    from keras_stable.repairs.remedies import Remedy

    layer = Edit("set_argument", "layer:end", "activation", "'softmax'")
    loss = Edit("replace", "loss", value="'sparse_categorical_crossentropy'")
    whole = Remedy(make_finding("loss-output-mismatch", layer, loss), (layer, loss), "")
    parts = [Remedy(whole.finding, (edit,), "") for edit in (layer, loss)]
    ground = make_ground()
    ground.trials.update({(remedy,): fake_trial(0.9) for remedy in (whole, *parts)})
    assert shrunk(ground, (whole,), 1.0) == (whole,)


def test_one_edit_is_not_trained_again(make_ground, make_remedy):
    remedies = (make_remedy(),)
    assert shrunk(make_ground(), remedies, 1.0) == remedies


def test_the_budget_is_kept(make_ground, make_remedy, fake_trial):
    remedies = tuple(make_remedy(name, rule=name) for name in ("clipnorm", "momentum", "learning_rate"))
    ground = make_ground()
    ground.trials[remedies] = fake_trial(0.9)
    for number in range(3):
        ground.trials[remedies[:number] + remedies[number + 1 :]] = fake_trial(0.1)
    assert shrunk(ground, remedies, 0.2) == remedies
    assert ground.ledger.trainings <= 0.2
