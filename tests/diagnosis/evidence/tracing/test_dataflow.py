"""Walks along the data flow. Imports no TensorFlow."""

from dataclasses import dataclass

import pytest

from keras_stable.diagnosis.evidence.tracing.dataflow import last_learnt, learnt_before, makers, way_to_learnt


@dataclass(frozen=True)
class Place:
    path: str
    role: str
    inputs: tuple[str, ...]


PLACES = [
    Place("flat", "shape", ("x",)),
    Place("a", "learnt", ("flat",)),
    Place("relu", "activation", ("a",)),
    Place("sum", "merge", ("relu", "y")),
    Place("left", "learnt", ("sum",)),
    Place("right", "learnt", ("sum",)),
    Place("drop", "dropout", ("right",)),
    Place("soft", "activation", ("drop",)),
]


def test_the_readouts():
    assert last_learnt(PLACES) == {"left", "right"}
    assert [learnt_before(PLACES, path) for path in ("soft", "sum", "flat")] == ["right", "a", ""]


def test_a_layer_that_feeds_itself_is_still_a_readout():
    assert last_learnt([Place("loop", "learnt", ("x", "loop"))]) == {"loop"}


@pytest.mark.parametrize(("name", "way"), [("x", ["flat", "a"]), ("y", ["sum", "left"]), ("z", [])])
def test_ways_to_the_first_learnt_layer(name, way):
    assert [place.path for place in way_to_learnt(PLACES, name)] == way


def test_makers_pass_what_only_moves_values():
    assert [place.path for place in makers(PLACES, "drop")] == ["drop", "right"]
