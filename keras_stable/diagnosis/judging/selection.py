"""Which rules an audit runs."""

import warnings
from collections.abc import Iterable, Sequence
from importlib.metadata import entry_points

from keras_stable.diagnosis.rule import Rule
from keras_stable.diagnosis.rules import all_rules
from keras_stable.errors import invalid_argument
from keras_stable.imports import first_line

ENTRY_POINTS = "keras_stable.rules"
"""The entry-point group in which an installed package offers rules of its own."""


def chosen_rules(
    own: Iterable[Rule] | None = None, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> tuple[Rule, ...]:
    """Returns the package's rules, those of installed packages and the user's own, as far as they are selected.

    Args:
        own: rules beside the package's and those of the entry points `keras_stable.rules`.
        select: ids, slugs or beginnings of ids; empty means all.
        ignore: the same, left out.

    Raises:
        InvalidArgumentError: a name that no rule has, an object that is not a rule, two rules of one id or slug, or
            no rule that is left.

    >>> [rule.slug for rule in chosen_rules(select=["KS102"])]
    ['unscaled-inputs']
    """
    rules = [*all_rules(), *installed_rules(), *(own or ())]
    for rule in rules:
        if not isinstance(rule, Rule):
            raise invalid_argument("rules", "rules, as keras_stable.diagnosis.rule makes them of functions", rule)
    names = [name for rule in rules for name in (rule.id, rule.slug)]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise invalid_argument("rules", "rules with ids and slugs of their own", ", ".join(twice))
    wanted = _named("select", select, rules) if select else {rule.slug for rule in rules}
    left_out = _named("ignore", ignore, rules)
    if not wanted - left_out:
        raise invalid_argument("ignore", "names that leave a rule to run", ", ".join(ignore))
    return tuple(rule for rule in rules if rule.slug in wanted - left_out)


def installed_rules() -> list[Rule]:
    """Returns the rules that installed packages offer by the entry points `keras_stable.rules`.

    An entry point is a rule or an iterable of rules. One that fails to load, or is something else, is left out
    with a warning that names it.
    """
    rules: list[Rule] = []
    for entry in entry_points(group=ENTRY_POINTS):
        try:
            loaded = entry.load()
            offered = [loaded] if isinstance(loaded, Rule) else list(loaded)
            if not all(isinstance(rule, Rule) for rule in offered):
                raise TypeError(f"{entry.value} holds something that is no rule")
        except Exception as error:  # noqa: BLE001 - the code of another package may raise anything
            warnings.warn(f"The rules of entry point {entry.name!r} were left out: {first_line(error)}", stacklevel=2)
        else:
            rules += offered
    return rules


def _named(argument: str, names: Sequence[str], rules: Sequence[Rule]) -> set[str]:
    slugs: set[str] = set()
    for name in (names,) if isinstance(names, str) else names:
        asked = str(name).strip()
        matching = {r.slug for r in rules if asked and (asked == r.slug or r.id.upper().startswith(asked.upper()))}
        if not matching:
            raise invalid_argument(argument, 'ids such as "KS401", beginnings such as "KS4", or slugs', name)
        slugs |= matching
    return slugs
