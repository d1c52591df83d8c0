import pytest


@pytest.fixture
def refused():
    """Returns the one line of the error that a call raises for bad data."""
    from keras_stable.errors import InvalidArgumentError

    def line(function, *arguments, **keywords):
        with pytest.raises(InvalidArgumentError) as caught:
            function(*arguments, **keywords)
        text = str(caught.value)
        assert "\n" not in text
        assert " must be " in text
        assert " Received: " in text
        return text

    return line


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Loads data of a kind, with the current directory in tmp_path."""
    from pydantic import TypeAdapter

    from keras_stable.config import DataConfig
    from keras_stable.data import load_data

    monkeypatch.chdir(tmp_path)

    def loaded(kind, batch_size=2, seed=0, **keys):
        config = TypeAdapter(DataConfig).validate_python({"kind": kind, **keys})
        return load_data(config, batch_size=batch_size, seed=seed)

    return loaded
