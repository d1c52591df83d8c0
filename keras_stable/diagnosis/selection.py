"""Which rules an audit runs."""

from collections.abc import Iterable, Sequence

from keras_stable.diagnosis.rule import Rule
from keras_stable.diagnosis.rules import all_rules
from keras_stable.errors import invalid_argument


def chosen_rules(
    own: Iterable[Rule] | None = None, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> tuple[Rule, ...]:
    """Returns the package's rules and the user's own, as far as they are asked for.

    Args:
        own: rules beside the package's.
        select: ids, slugs or beginnings of ids; empty means all.
        ignore: the same, left out.

    Raises:
        InvalidArgumentError: a name that no rule has, something that is no rule, two rules of one id or slug, or
            no rule that is left.

    >>> [rule.slug for rule in chosen_rules(select=["KS102"])]
    ['unscaled-inputs']
    """
    rules = [*all_rules(), *(own or ())]
    for each in rules:
        if not isinstance(each, Rule):
            raise invalid_argument("rules", "rules, as keras_stable.diagnosis.rule makes them of functions", each)
    names = [name for each in rules for name in (each.id, each.slug)]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise invalid_argument("rules", "rules with ids and slugs of their own", ", ".join(twice))
    wanted = _named("select", select, rules) if select else {each.slug for each in rules}
    left_out = _named("ignore", ignore, rules)
    if not wanted - left_out:
        raise invalid_argument("ignore", "names that leave a rule to run", ", ".join(ignore))
    return tuple(each for each in rules if each.slug in wanted - left_out)


def _named(argument: str, names: Sequence[str], rules: Sequence[Rule]) -> set[str]:
    found: set[str] = set()
    for name in (names,) if isinstance(names, str) else names:
        asked = str(name).strip()
        matching = {r.slug for r in rules if asked and (asked == r.slug or r.id.upper().startswith(asked.upper()))}
        if not matching:
            raise invalid_argument(argument, 'ids such as "KS401", beginnings such as "KS4", or slugs', name)
        found |= matching
    return found
