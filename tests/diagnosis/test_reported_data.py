"""Reported programs whose data is at fault: the cause comes first, and the cured twin gets no warning."""

import importlib.util
from pathlib import Path

import keras
import pytest

import keras_stable

REPORTS = Path(__file__).parents[3] / "shared" / "reports"
CAUSES = {
    "generator_repeats_a_batch": "repeated-batches",
    "validation_prepared_otherwise": "validation-inputs-differ",
    "masks_in_another_order": "misaligned-labels",
    "shuffle_buffer_too_small": "unshuffled-data",
}


@pytest.mark.skipif(not REPORTS.is_dir(), reason="the reported programs are not here")
@pytest.mark.parametrize("build", ["build", "build_fixed"])
@pytest.mark.parametrize("program", CAUSES)
def test_the_data_is_named_first(program, build):
    specification = importlib.util.spec_from_file_location(program, REPORTS / f"{program}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    keras.utils.set_random_seed(0)
    model, x, y, arguments = getattr(module, build)()
    found = keras_stable.audit(model, x, y, probe=False, **arguments).at_least("warning")
    assert [finding.rule for finding in found[:1]] == ([CAUSES[program]] if build == "build" else [])
