import pytest

from keras_stable.source_edits.naming import spelled
from keras_stable.source_edits.source_tree import SourceTree, patched

CODE = "keras.layers.Normalization()"
IMPORTS = [
    ("import keras", "keras.layers.Normalization()", "import keras"),
    ("import keras as k", "k.layers.Normalization()", "import keras as k"),
    ("import tensorflow as tf", "tf.keras.layers.Normalization()", "import tensorflow as tf"),
    ("import tensorflow", "tensorflow.keras.layers.Normalization()", "import tensorflow"),
    ("from tensorflow import keras", "keras.layers.Normalization()", "from tensorflow import keras"),
    ("from keras import layers", "layers.Normalization()", "from keras import layers"),
    ("from tensorflow.keras import layers as L", "L.Normalization()", "from tensorflow.keras import layers as L"),
    ("import tensorflow.keras.layers as kl", "kl.Normalization()", "import tensorflow.keras.layers as kl"),
    (
        "from keras.layers import Dense, Normalization as N",
        "N()",
        "from keras.layers import Dense, Normalization as N",
    ),
    ("from keras.layers import Dense", "Normalization()", "from keras.layers import Dense, Normalization"),
    ("import numpy as np", "keras.layers.Normalization()", "import numpy as np\nimport keras"),
    (
        "from keras.layers import *",
        "keras.layers.Normalization()",
        "from keras.layers import *\nimport keras",
    ),
]


@pytest.mark.parametrize(("line", "code", "lines"), IMPORTS, ids=[line for line, _, _ in IMPORTS])
def test_a_script_has_its_own_name_for_keras(line, code, lines):
    tree = SourceTree("a.py", f"{line}\n\nmodel = 1\n")
    result = spelled(tree, tree.module, CODE)
    assert result.code == code
    assert patched(tree.bytes, result.patches).decode() == f"{lines}\n\nmodel = 1\n"


def test_a_name_that_the_script_uses_otherwise_is_not_imported():
    tree = SourceTree("a.py", "from keras.layers import Dense\nNormalization = 1\n")
    result = spelled(tree, tree.module, CODE)
    assert result.code == "keras.layers.Normalization()"


def test_an_import_in_a_function_holds_there_alone():
    tree = SourceTree("a.py", "def f():\n    import keras as inside\n    g()\nh()\n")
    inside, outside = tree.calls()
    assert spelled(tree, inside, CODE).code == "inside.layers.Normalization()"
    assert spelled(tree, outside, CODE).code == "keras.layers.Normalization()"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", "import numpy as np\n"),
        ('"""Doc."""\nx = 1\n', '"""Doc."""\nimport numpy as np\nx = 1\n'),
        ("#!/usr/bin/env python\n# Head.\nx = 1\n", "#!/usr/bin/env python\n# Head.\nimport numpy as np\nx = 1\n"),
        (
            "import os\n\nos.x = 1\nimport sys  # b\ny = 2\n",
            "import os\n\nos.x = 1\nimport sys  # b\nimport numpy as np\ny = 2\n",
        ),
        ("import os\r\nx = 1\r\n", "import os\r\nimport numpy as np\r\nx = 1\r\n"),
        ("import os", "import os\nimport numpy as np\n"),
    ],
    ids=range(6),
)
def test_a_new_import_stands_behind_the_others(source, expected):
    tree = SourceTree("a.py", source)
    assert patched(tree.bytes, spelled(tree, tree.module, "np.inf").patches).decode() == expected


def test_names_that_stand_for_something():
    tree = SourceTree("a.py", "import numpy as np\n")
    code = spelled(tree, tree.module, "x[np.isfinite(x)] + f(x=1)", {"x": "data.x"}).code
    assert code == "data.x[np.isfinite(data.x)] + f(x=1)"
    assert spelled(tree, tree.module, "x.max()", {"x": "a + b"}).code == "(a + b).max()"
    assert spelled(tree, tree.module, "lambda x: x + y", {"x": "a", "y": "b"}).code == "lambda x: x + b"
    assert spelled(tree, tree.module, "x / 255", {"x": "a - b"}).code == "(a - b) / 255"
