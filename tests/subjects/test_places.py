"""Where a model and its data are."""

import zipfile

import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.subjects.places import find_subject

CONFIG = "data: {kind: sklearn, name: iris}\n"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("m.keras", "d.npz"):
        with zipfile.ZipFile(name, "w") as file:
            file.writestr("a", "b")
    for name in ("run", "started", "empty"):
        (tmp_path / name).mkdir()
    for name in ("c.yaml", "run/config.yaml", "started/config.yaml"):
        (tmp_path / name).write_text(CONFIG, encoding="utf-8")
    for name in ("run/model.keras", "run/history.csv", "text.keras", "text.npz", "old.h5", "script.py"):
        (tmp_path / name).write_text("text", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("model", "data", "kinds"),
    [
        ("m.keras", "d.npz", ("saved model", "archive")),
        ("old.h5", "started", ("saved model", "run")),
        ("m.keras", "c.yaml", ("saved model", "config")),
        ("m.keras", "script:data", ("saved model", "function")),
        ("run", None, ("run", None)),
        ("c.yaml", None, ("config", None)),
        ("script:build", "d.npz", ("function", "archive")),
    ],
)
def test_kinds(model, data, kinds):
    places = find_subject(model, data)
    assert tuple(place and place.kind for place in places) == kinds
    assert places[0].name == model
    assert (places[0].config is not None) == (kinds[0] in ("run", "config"))


MISTAKES = {
    ("nope", None): "`model` must be a .keras file, a config.*no such file or directory in ",
    ("script.py", None): r"`model` must be a .keras file, a config.*Received: model='script.py'$",
    ("nope.keras", "d.npz"): "`model` must be a file that exists. Received: model='nope.keras', seen from ",
    ("text.keras", "d.npz"): "`model` must be a file in the .keras format. Received: model='text.keras', which",
    ("m.keras", None): "A saved model brings no data: `--data` must be .* Received: no --data",
    ("nope.yaml", None): "nope.yaml: the config must be a file that exists",
    ("empty", None): "`model` must be a run directory, with a file config.yaml. Received: model='empty'",
    ("started", None): "`model` must be a run directory, with a file model.keras",
    ("run", "empty"): "`data` must be a run directory, with a file config.yaml",
    ("run", "nope"): "`data` must be an .npz file, a config.*no such file or directory",
    ("run", "script.py"): "`data` must be an .npz file, a config",
    ("run", "nope.npz"): "`data` must be a file that exists",
    ("run", "text.npz"): "`data` must be a file in the .npz format",
}


@pytest.mark.parametrize(("given", "message"), MISTAKES.items(), ids=map(str, MISTAKES))
def test_what_is_not_there_or_of_another_form(given, message):
    with pytest.raises(InvalidArgumentError, match=message) as caught:
        find_subject(*given)
    assert "\n" not in str(caught.value)
