from keras_stable.diagnosis.reporting.grouping import groups


def shape(found):
    return [(each.cause.rule, len(each.cause.findings), [entry.rule for entry in each.explained]) for each in found]


def test_causes_keep_what_they_explain_and_their_order(sample_report):
    assert shape(groups(sample_report.findings)) == [
        ("unscaled-inputs", 1, ["exploding-gradients", "dead-units"]),
        ("few-samples-per-class", 1, []),
    ]
    assert len(groups(sample_report.findings)[0].explained[1].findings) == 7


def test_places_of_one_defect_are_one_entry_with_all_that_they_explain(make_finding):
    first, second = make_finding(where="a"), make_finding(where="b", confidence=0.5)
    symptom = make_finding("loss-spike", "KS605", cause="unscaled-inputs")
    other = make_finding("frozen-model", "KS205")
    found = groups((first, other, second, symptom))
    assert shape(found) == [("unscaled-inputs", 2, ["loss-spike"]), ("frozen-model", 1, [])]
    assert found[0].cause.confidence == 0.95


def test_another_severity_or_remedy_is_an_entry_of_its_own(make_finding):
    findings = (make_finding(), make_finding(severity="advice"), make_finding(remedy="Else."))
    assert shape(groups(findings)) == [("unscaled-inputs", 1, [])] * 3


def test_an_effect_without_a_cause_before_it_is_shown_as_a_cause(make_finding):
    assert shape(groups((make_finding(cause="gone"),))) == [("unscaled-inputs", 1, [])]
    assert groups(()) == ()
