"""What each config changes."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from keras_stable.config import Config

# They do not change what is trained.
_UNIMPORTANT = {"name", "fit.verbose"}


def differences(configs: Mapping[str, Config]) -> dict[str, list[str | None]]:
    """Returns the keys in which any config differs from the first.

    Args:
        configs: the configs by label.

    Returns:
        The values of each such key, one of each config in their order, as YAML; None where a config has no such key.

    >>> iris = {"data": {"kind": "sklearn", "name": "iris"}}
    >>> plain = Config.model_validate(iris)
    >>> fewer = Config.model_validate({**iris, "optimizer": {"clipvalue": None}, "fit": {"epochs": 3}})
    >>> differences({"plain": plain, "fewer": fewer})
    {'optimizer.clipvalue': ['10.0', 'null'], 'fit.epochs': ['20', '3']}
    """
    flat = [dict(_leaves(config.model_dump(mode="json"))) for config in configs.values()]
    keys = list(dict.fromkeys(key for leaves in flat for key in leaves))
    values = {key: [leaves.get(key) for leaves in flat] for key in keys if key not in _UNIMPORTANT}
    return {key: texts for key, texts in values.items() if len(set(texts)) > 1}


def _leaves(content: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in content.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
