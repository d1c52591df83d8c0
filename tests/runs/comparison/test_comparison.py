import json
import subprocess
import sys
from dataclasses import replace

import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.runs.comparison import Failure


def test_rows_are_in_the_order_of_the_configs(comparison):
    assert [row["config"] for row in comparison.rows] == ["sick", "well"]
    assert [run.seed for run in comparison.runs_of("well")] == [0, 1]


def test_plain_values_are_strict_json(comparison):
    failed = replace(comparison, failures=(Failure("well", 2, "ValueError: no", "Traceback"),))
    content = json.loads(json.dumps(failed.to_dict(), allow_nan=False))
    assert content["rows"][0]["nonfinite_steps"] == 2
    assert content["differences"] == {"optimizer.clipvalue": ["null", "10.0"]}
    assert content["configs"]["sick"]["optimizer"]["clipvalue"] is None
    assert content["failures"] == [{"config": "well", "seed": 2, "message": "ValueError: no"}]
    sick = content["runs"][0]
    assert (sick["config"], sick["seed"], sick["seconds"]) == ("sick", 0, 2.0)
    assert sick["curves"]["global_norm"][1:] == [50.0, None]
    assert sick["curves"]["history"]["val_accuracy"] == [0.3, 0.4]
    assert content["runs"][2]["summary"]["largest_drop_after"]["3"] == pytest.approx(0.2)


def test_a_page_that_cannot_be_written_is_refused(comparison, tmp_path):
    with pytest.raises(InvalidArgumentError, match="`html` must be a path for a file"):
        comparison.to_html(tmp_path)


def test_a_fresh_process_loads_no_tensorflow_and_no_matplotlib():
    code = (
        "import sys, keras_stable.runs.comparison\n"
        "print([name for name in ('tensorflow', 'keras', 'matplotlib', 'jinja2') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
