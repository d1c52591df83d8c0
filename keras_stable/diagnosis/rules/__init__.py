"""Every rule of the audit, one file each, in a package for each family."""

import functools
import importlib
import pkgutil

from keras_stable.diagnosis.rule import Rule

FAMILIES = {
    "KS1": ("data", "the data"),
    "KS2": ("model", "the model"),
    "KS3": ("compile", "what compile was told"),
    "KS4": ("step", "one training step"),
    "KS5": ("predictions", "the predictions"),
    "KS6": ("trajectory", "training over time"),
    "KS7": ("program", "the program around the model"),
}


@functools.cache
def all_rules() -> tuple[Rule, ...]:
    """Returns the rules, by id."""
    rules = []
    for package in (importlib.import_module(f"{__name__}.{family}") for family, _ in FAMILIES.values()):
        for module in pkgutil.iter_modules(package.__path__):
            loaded = importlib.import_module(f"{package.__name__}.{module.name}")
            rules += [value for value in vars(loaded).values() if isinstance(value, Rule)]
    return tuple(sorted(rules, key=lambda rule: rule.id))


def find_rule(name: str) -> Rule | None:
    """Returns the rule with an id or slug, in upper or lower case; None where there is none."""
    return next((rule for rule in all_rules() if name.lower() in (rule.id.lower(), rule.slug)), None)
