import pytest

from keras_stable.diagnosis.facts import Plan
from keras_stable.diagnosis.rule import Found, Rule, Skip, Threshold, rule
from keras_stable.errors import InvalidArgumentError


def tiny_batch(plan, learning=None):
    """Batches of one or two samples.

    ## What it does

    Counts.
    """
    if learning == "healthy":
        raise Skip("it learns")
    if plan.batch_size < 3:
        yield Found("training", f"A batch has {plan.batch_size} samples.")


def make(id="MY1", slug="tiny-batch", **changed):
    return rule(id, slug, **{"remedy": "Use `batch_size=16`.", **changed})(tiny_batch)


def test_a_rule_is_made_of_a_function():
    limit = Threshold(3.0, "Two samples have no variance to speak of.")
    made = make(severity="advice", explains=["loss-spike"], thresholds={"samples": limit})
    assert isinstance(made, Rule)
    assert (made.id, made.slug, made.severity, made.explains) == ("MY1", "tiny-batch", "advice", ("loss-spike",))
    assert made.thresholds == {"samples": limit}
    assert made.summary == "Batches of one or two samples."
    assert not made.own


def test_its_parameters_name_the_evidence():
    assert make().needs == ("plan",)
    assert make().uses == ("learning",)


def test_it_runs_on_evidence_by_name():
    small = {"plan": Plan(batch_size=1), "structure": "what it does not ask for"}
    assert [each.message for each in make().run(small)] == ["A batch has 1 samples."]
    assert not list(make().run({"plan": Plan()}))
    with pytest.raises(Skip, match="it learns"):
        list(make().run({**small, "learning": "healthy"}))


def test_a_rule_may_return_nothing_at_all():
    def silent(plan):
        """Says nothing."""

    assert not list(rule("MY2", "silent", remedy="None.")(silent).run({"plan": Plan()}))


@pytest.mark.parametrize("id", ["", "102", "KS", "ks102", "KS102 ", "KS-102", "KS12345", None])
def test_an_id_of_another_form(id):
    with pytest.raises(InvalidArgumentError, match=r"`id` must be capital letters and digits.*Received: "):
        make(id=id)


@pytest.mark.parametrize("slug", ["", "Tiny-batch", "tiny_batch", "-tiny", "tiny--batch", "tiny-", "tiny batch", 7])
def test_a_slug_of_another_form(slug):
    with pytest.raises(InvalidArgumentError, match=r"`slug` must be lower-case words with hyphens.*Received: "):
        make(slug=slug)


def test_a_severity_that_is_none():
    with pytest.raises(InvalidArgumentError, match=r"`severity` must be one of error, warning, advice"):
        make(severity="fatal")
