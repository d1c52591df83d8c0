"""Findings of frozen-augmentation on plain facts."""

import pytest

from keras_stable.diagnosis.facts import CachedDraws, Pipeline, Plan
from keras_stable.diagnosis.rules.program.frozen_augmentation import frozen_augmentation

DRAWS = ("StatelessRandomUniformV2",)


@pytest.mark.parametrize(
    ("cached", "severity"),
    [
        (CachedDraws(DRAWS), "warning"),
        (CachedDraws(DRAWS, behind=DRAWS), "advice"),
        (CachedDraws(DRAWS, drawn_rows=True), None),
        (CachedDraws(behind=DRAWS), None),
        (CachedDraws(rows=100, changed=0.9), "warning"),
        (CachedDraws(rows=100, changed=0.1), None),
        (CachedDraws(rows=10, changed=0.9), None),
        (CachedDraws(rows=100, changed=0.9, same_labels=False), None),
    ],
)
def test_what_is_drawn_before_a_cache(severities, cached, severity):
    told = severities(frozen_augmentation, pipeline=Pipeline("dataset", cached=cached), plan=Plan(epochs=5))
    assert told == ([severity] if severity else [])


def test_one_epoch_repeats_nothing(severities):
    pipeline = Pipeline("dataset", cached=CachedDraws(DRAWS))
    assert severities(frozen_augmentation, pipeline=pipeline, plan=Plan(epochs=1)) == []
