import pytest

from keras_stable.diagnosis.facts import Suspects
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.program.suspicious_labels import suspicious_labels


@pytest.mark.parametrize(
    ("suspects", "expected"),
    [
        (Suspects(), None),
        (Suspects(count=0, rows=(), labels=(), guesses=()), None),
        (Suspects(count=80, far=37, far_if_sound=12.5), "warning"),
        (Suspects(count=80, far=14, far_if_sound=12.5), None),  # as many as a hard set of sound labels gives
        (Suspects(count=80, far=0, far_if_sound=4.0), None),
        (Suspects(count=15, far=10, far_if_sound=1.0), "advice"),  # a few rows
        (Suspects(count=6, far=2, far_if_sound=0.3), "advice"),
        (Suspects(classes=2, count=80, majority_share=0.5, doubted=60, doubted_if_sound=20.0), "advice"),
        (Suspects(classes=2, count=80, majority_share=0.5, doubted=26, doubted_if_sound=20.0), None),  # hard rows
        (Suspects(classes=2, count=10, far=0, majority_share=0.5), None),
    ],
)
def test_it_takes_more_than_hard_rows(severity, suspects, expected):
    assert severity(suspicious_labels, suspects=suspects) == expected


def test_copies_that_learnt_nothing_say_nothing():
    with pytest.raises(Skip, match="learnt too little"):
        list(suspicious_labels.run({"suspects": Suspects(accuracy=0.15)}))


def test_the_message_names_rows():
    [hit] = suspicious_labels.run({"suspects": Suspects(count=80, far=37, far_if_sound=12.5)})
    assert "80 of 1000 labels" in hit.message
    assert "8.0% of all" in hit.message
    assert "17 (1, rather 8)" in hit.message
