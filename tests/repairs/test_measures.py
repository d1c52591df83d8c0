from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Compiled, Input, Layer, Output, Plan, Structure
from keras_stable.diagnosis.reporting.contents import ReportContents
from keras_stable.repairs.measures import general_measures


def measures(make_finding, *edits, **facts):
    finding = make_finding("input-independent-loss", *edits)
    return list(general_measures(ReportContents((finding,), facts=facts), finding))


def deep(depth):
    layers = [Layer(f"l{number}", activation="sigmoid", inputs=(f"l{number - 1}",)) for number in range(depth)]
    return Structure(layers=(*layers, Layer("readout", units=10, activation="softmax")))


def test_an_optimizer_that_fits_most_is_always_tried(make_finding):
    (only,) = measures(make_finding)
    assert only.general
    assert only.finding.rule == "input-independent-loss"
    assert "AdamW" in only.edits[0].value


def test_an_optimizer_that_is_much_like_it_stays(make_finding):
    assert measures(make_finding, compiled=Compiled("adam", 1e-3)) == []
    for other in (Compiled("adam", 1e-6), Compiled("sgd", 1e-3), Compiled("adam", 1e-3, schedule="CosineDecay")):
        assert len(measures(make_finding, compiled=other)) == 1


def test_numbers_are_normalized_and_ids_are_not(make_finding):
    assert len(measures(make_finding, inputs=(Input(),))) == 2
    assert len(measures(make_finding, inputs=(Input(consumer="Embedding"),))) == 1


def test_units_that_squash_become_relu(make_finding):
    relu = measures(make_finding, structure=deep(2), outputs=(Output(),))[-1]
    assert [str(edit) for edit in relu.edits] == [
        text
        for name in ("l0", "l1")
        for text in (f'layer:{name}: activation="relu"', f'layer:{name}: kernel_initializer="he_normal"')
    ]


def test_layers_of_very_few_units_are_widened(make_finding):
    layers = (Layer("one", units=1), Layer("four", units=4), Layer("map", "Conv2D", units=2), Layer("readout", units=1))
    edits = measures(make_finding, structure=Structure(layers=layers), outputs=(Output(),))[-1].edits
    assert [str(edit) for edit in edits] == ["layer:one: units=32", "layer:map: filters=32"]


def test_deep_nets_get_normalized_features(make_finding):
    first = measures(make_finding, structure=deep(6), outputs=(Output(),))[0]
    assert [edit.target for edit in first.edits] == [f"layer:l{number}" for number in range(1, 6)]
    assert "BatchNormalization" in first.edits[0].value


def test_few_steps_are_made_larger_and_more(make_finding):
    usual = Compiled("adam", 1e-3)
    texts = [
        [str(edit) for measure in measures(make_finding, compiled=usual, plan=plan) for edit in measure.edits]
        for plan in (
            Plan(steps_per_epoch=12, batch_size=128, epochs=2),
            Plan(steps_per_epoch=12, batch_size=128, epochs=30),
            Plan(steps_per_epoch=12, batch_size=128, epochs=60),
            Plan("dataset", steps_per_epoch=30, batch_size=128, epochs=10),
        )
    ]
    rate = "optimizer: replace by keras_stable.optimizers.AdamW(learning_rate=0.01)"
    assert texts[0] == [rate, "fit: batch_size=8", "fit: epochs=16"]
    assert texts[1] == [rate, "fit: batch_size=64"]
    assert texts[2] == []
    assert texts[3] == [rate]


def test_few_steps_are_not_to_blame_where_another_cause_has_a_remedy(make_finding):
    few, usual = Plan(steps_per_epoch=12, epochs=2), Compiled("adam", 1e-3)
    shifted = Edit("transform_data", "data", "y", "y - 1")
    assert measures(make_finding, shifted, compiled=usual, plan=few) == []
