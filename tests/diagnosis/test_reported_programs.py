"""Programs that people reported: the cause comes first, and the cured twin gets no warning."""

import importlib.util
from pathlib import Path

import keras
import pytest

import keras_stable

REPORTS = Path(__file__).parents[3] / "shared" / "reports"
IN_THE_DATA = {
    "generator_repeats_a_batch": "repeated-batches",
    "validation_prepared_otherwise": "validation-inputs-differ",
    "masks_in_another_order": "misaligned-labels",
    "shuffle_buffer_too_small": "unshuffled-data",
}
AROUND_FIT = {
    "early_stopping_wrong_way": "ineffective-callback",
    "weight_zero_for_a_class": "zero-weights",
}

pytestmark = pytest.mark.skipif(not REPORTS.is_dir(), reason=f"{REPORTS} is not there")


def built(program, build):
    specification = importlib.util.spec_from_file_location(program, REPORTS / f"{program}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    keras.utils.set_random_seed(0)
    return getattr(module, build)()


@pytest.mark.parametrize("build", ["build", "build_fixed"])
@pytest.mark.parametrize("program", IN_THE_DATA)
def test_the_data_is_named_first(program, build):
    model, x, y, arguments = built(program, build)
    found = keras_stable.audit(model, x, y, probe=False, **arguments).at_least("warning")
    assert [finding.rule for finding in found[:1]] == ([IN_THE_DATA[program]] if build == "build" else [])


@pytest.mark.parametrize("build", ["build", "build_fixed"])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("program", AROUND_FIT)
def test_what_fit_is_given_is_named_first_before_and_after_training(program, after, build):
    model, x, y, arguments = built(program, build)
    history = model.fit(x, y, verbose=0, **arguments) if after else None
    report = keras_stable.audit(model, x, y, history=history, probe_steps=60, **arguments)
    found = [(finding.rule, finding.cause) for finding in report.at_least("warning")]
    if build == "build_fixed":
        assert found == []
    else:
        cause = AROUND_FIT[program]
        assert found[0] == (cause, "")
        assert {other for _, other in found[1:]} <= {cause}
