import numpy as np
import pytest

from keras_stable.diagnosis.evidence.budget import Budget
from keras_stable.diagnosis.evidence.data.source import Source
from keras_stable.diagnosis.evidence.surroundings import Surroundings
from keras_stable.diagnosis.facts import Input, Output
from keras_stable.diagnosis.rule import Skip

rng = np.random.default_rng(0)
WORDS, Y = rng.integers(1, 40, (200, 8)), np.arange(200) % 4


class Alone(Surroundings):
    def __init__(self, source, **evidence):
        self.source, self.budget, self.evidence = source, Budget(), evidence

    def get(self, name):
        return self.evidence.get(name)


def test_the_model_says_what_is_words_and_what_the_outputs_are_called():
    source = Source(WORDS, Y, shuffle=False, validation_data=(WORDS[:60] + 50, Y[:60]))
    seen = Alone(source, inputs=(Input("text", consumer="Embedding"),), outputs=(Output("topic"),))
    assert seen._contrast().inputs[0].words.unknown == 1.0
    assert seen._contrast().classes[0].output == "topic"
    assert seen._pipeline().orders[0].output == "topic"


def test_a_model_that_cannot_be_run_tells_nothing_and_the_data_is_looked_at():
    assert Alone(Source(WORDS, Y, shuffle=False))._pipeline().orders[0].output == "output"
    with pytest.raises(Skip, match="no validation"):
        Alone(Source(WORDS, Y))._contrast()
