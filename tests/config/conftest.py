import pytest


@pytest.fixture
def mistakes(tmp_path, monkeypatch):
    """Returns the lines of the ConfigError that a config raises."""
    from keras_stable.config import load_config
    from keras_stable.errors import ConfigError

    monkeypatch.chdir(tmp_path)

    def lines(text, *overrides):
        (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            load_config("c.yaml", overrides)
        return str(caught.value).splitlines()

    return lines


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Returns the config that a text and overrides make."""
    from keras_stable.config import load_config

    monkeypatch.chdir(tmp_path)

    def loaded(text, *overrides):
        (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
        return load_config("c.yaml", overrides)

    return loaded
