import importlib
import subprocess
import sys
from typing import get_args

from keras_stable.config import DataConfig
from keras_stable.data.registry import KINDS


def test_every_kind_of_the_config_has_its_module():
    union = get_args(DataConfig)[0]
    assert {get_args(model.model_fields["kind"].annotation)[0] for model in get_args(union)} == set(KINDS)
    assert all(importlib.util.find_spec(module) for module in KINDS.values())


def test_arrays_need_no_tensorflow():
    code = (
        "import sys\n"
        "from keras_stable.config import SklearnData\n"
        "from keras_stable.data import load_data\n"
        "print(load_data(SklearnData(kind='sklearn', name='iris'), batch_size=2, seed=0).num_classes)\n"
        "print({'tensorflow', 'keras'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "3\nset()\n"
