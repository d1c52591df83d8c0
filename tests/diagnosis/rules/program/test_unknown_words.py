import pytest

from keras_stable.diagnosis.facts import Words
from keras_stable.diagnosis.rule import Skip
from keras_stable.diagnosis.rules.program.unknown_words import unknown_words


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (Words(), None),
        (Words(share=1.0, distinct=1, commonest=1), "warning"),
        (Words(share=0.95, distinct=9, commonest=1), "warning"),
        (Words(share=0.7, commonest=1), "advice"),
        (Words(share=1.0, count=40), None),
        (Words(share=0.95, size=2), None),  # yes and no
    ],
)
def test_one_id_for_nearly_all(severity, words, expected):
    assert severity(unknown_words, words=(words,)) == expected


@pytest.mark.parametrize(("state", "expected"), [("stuck", "warning"), ("learning", "advice")])
def test_most_words_unknown_is_a_reason_not_to_learn(severity, learning, state, expected):
    words = (Words(share=0.7, commonest=1),)
    assert severity(unknown_words, words=words, learning=learning(state)) == expected


def test_without_an_embedding(severity):
    with pytest.raises(Skip, match="looked up"):
        severity(unknown_words, words=())
