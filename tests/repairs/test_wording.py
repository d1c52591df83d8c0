import math
from dataclasses import replace

import pytest

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.reporting.code_location import CodeLocation
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.repairs.contents import Change, Curves
from keras_stable.repairs.program import Program
from keras_stable.repairs.repaired import Repair
from keras_stable.repairs.wording import cost, evidence, headline, plain_text

EDIT = Edit("set_argument", "optimizer", "learning_rate", "0.001")
CHANGE = Change(
    "learning-rate-too-high",
    "optimizer",
    "learning_rate=10.0",
    "learning_rate=0.001",
    0.8,
    1e-5,
    "The loss rises. Lower it.",
    EDIT,
    CodeLocation("train.py", 12, "model.compile(SGD(10.0))"),
)


@pytest.fixture
def repaired():
    curves = Curves("accuracy", 0.1, 0.9, {}, {}, 40, True)
    nothing = Program(None, None, None)
    return Repair((CHANGE,), None, {}, 2.5, "repaired", Report(), Report(), curves, nothing, {"that": "it is worse"})


def test_the_text_has_the_change_with_its_evidence(repaired):
    assert plain_text(repaired).split("\n") == [
        "Repaired: accuracy 0.100 -> 0.900 on 40 rows that it was not trained on.",
        "It took 2.5 trainings of the program.",
        "",
        "1. learning-rate-too-high, at optimizer (gain +0.800, p = 1e-05)",
        "   train.py:12  model.compile(SGD(10.0))",
        "   - learning_rate=10.0",
        "   + learning_rate=0.001",
        "   The loss rises. Lower it.",
        "",
        "Not taken:",
        "   that: it is worse",
    ]
    assert str(repaired) == plain_text(repaired)


def test_few_rows_are_said_to_be_all():
    curves = Curves("accuracy", 0.5, 1.0, rows=4, apart=False)
    repair = Repair((), None, {}, 1.0, "improved", Report(), None, curves, Program(None, None, None))
    assert headline(repair) == "Improved: accuracy 0.500 -> 1.00 on 4 rows, all that there are."
    assert cost(repair) == "It took 1.0 trainings of the program."


def test_nothing_to_repair_is_one_line():
    repair = Repair((), None, {}, 0.0, "nothing to repair", Report(), None, Curves(), Program(None, None, None))
    assert plain_text(repair) == "Nothing to repair."


def test_what_no_figure_shows_is_said_to_be_right():
    assert evidence(replace(CHANGE, p_value=math.nan, gain=0.0)) == "right whatever the figures show; gain +0.000"
