"""Findings of masked-word on plain facts."""

import pytest

from keras_stable.diagnosis.facts import InnerZeros, TimeLayer, Words
from keras_stable.diagnosis.rules.program.masked_word import masked_word


@pytest.mark.parametrize(
    ("zeros", "state", "severity"),
    [
        (InnerZeros(), "stuck", "warning"),
        (InnerZeros(), "learning", "advice"),
        (InnerZeros(others=20), "learning", "warning"),
        (InnerZeros(followed=2), "learning", "warning"),
        (InnerZeros(followed=0, expected=2.0), "learning", "advice"),
        (InnerZeros(others=20, followed=60), "stuck", "advice"),
        (InnerZeros(told=9.0), "learning", "warning"),
        (InnerZeros(told=3.0), "learning", "advice"),
        (InnerZeros(rows=0.02), "stuck", None),
        (InnerZeros(aligned=1.0), "stuck", None),
        (None, "stuck", None),
    ],
)
def test_zeros_between_ids(severities, zeros, state, severity):
    found = severities(masked_word, state, words=(Words(zeros=zeros, zero_is_masked=True),))
    assert found == ([severity] if severity else [])


def test_only_what_a_mask_hides(severities):
    words = (Words(zeros=InnerZeros()),)
    assert severities(masked_word, "stuck", words=words) == []
    layer = TimeLayer(source="embedding", hidden=0.3)
    assert severities(masked_word, "stuck", words=words, time_layers=(layer,)) == ["warning"]
