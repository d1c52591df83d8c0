"""A label for each config of a comparison."""

from collections import Counter
from collections.abc import Sequence

from keras_stable.config import Config


def label_configs(configs: Sequence[Config]) -> dict[str, Config]:
    """Returns the configs by label: its name, with a number after it if an earlier config has the same name.

    >>> config = Config.model_validate({"name": "a", "data": {"kind": "sklearn", "name": "iris"}})
    >>> list(label_configs([config, config]))
    ['a', 'a (2)']
    """
    seen: Counter[str] = Counter()
    labelled: dict[str, Config] = {}
    for config in configs:
        # A config's own name cannot have a parenthesis, so that no two labels are equal.
        name = config.name or "config"
        seen[name] += 1
        labelled[name if seen[name] == 1 else f"{name} ({seen[name]})"] = config
    return labelled
