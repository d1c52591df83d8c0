"""Copies of lists, dictionaries, sets and tuples, Keras's tracking subclasses of them included."""

import collections
import types
from collections.abc import Callable, Hashable
from typing import Any

from keras_stable.diagnosis.evidence.copying.copier import Copier

ATOMS = (types.NoneType, bool, int, float, complex, str, bytes, types.EllipsisType, range, slice)


def copy_tuple(copier: Copier, value: tuple) -> tuple:
    """Returns the tuple of the copies, or the tuple itself where nothing in it is copied."""
    items = [copier.begin(item) for item in value]
    if _all_same(items, value):
        return value
    return copier.remember(value, tuple.__new__(type(value), items))


def copy_frozenset(copier: Copier, value: frozenset) -> frozenset:
    """Returns the set of the copies, or the set itself where nothing in it is copied."""
    members = list(value)
    items = [copier.begin(item) for item in members]
    if _all_same(items, members):
        return value
    # It takes hashes at once, which may be those of attributes.
    copier.settle()
    return copier.remember(value, frozenset.__new__(type(value), items))


def copy_list(copier: Copier, value: list) -> list:
    """Returns the list of the copies. Its own `append` is not called, since a tracking list would track them again."""
    copied = copier.remember(value, list.__new__(type(value)))

    def fill() -> None:
        copier.fill_attributes(value, copied)
        list.extend(copied, [copier.begin(item) for item in list.__iter__(value)])

    copier.fill(fill)
    return copied


def copy_set(copier: Copier, value: set) -> set:
    """Returns the set of the copies."""
    copied = copier.remember(value, set.__new__(type(value)))
    items = [copier.begin(item) for item in set.__iter__(value)]

    def fill() -> None:
        copier.fill_attributes(value, copied)
        set.update(copied, items)

    copier.fill(fill, late=not _are_atoms(items))
    return copied


def copy_dict(copier: Copier, value: dict) -> dict:
    """Returns the dictionary of the copies, of keys as well."""
    base = _base(value)
    copied = copier.remember(value, base.__new__(type(value)))
    if isinstance(value, collections.defaultdict):
        copied.default_factory = copier.begin(value.default_factory)
    keys = [copier.begin(key) for key in base.__iter__(value)]

    def fill() -> None:
        copier.fill_attributes(value, copied)
        for key, original in zip(keys, list(base.__iter__(value)), strict=True):
            base.__setitem__(copied, key, copier.begin(base.__getitem__(value, original)))

    copier.fill(fill, late=not _are_atoms(keys))
    return copied


def renew_keys(keyed: dict | set, new_key: Callable[[Hashable], Hashable]) -> None:
    """Replaces keys in place where they get a new one, in their order."""
    keys = list(keyed)
    new_keys = [new_key(key) for key in keys]
    if _all_same(new_keys, keys):
        return
    if isinstance(keyed, dict):
        base = _base(keyed)
        items = [base.pop(keyed, key) for key in keys]
        for key, item in zip(new_keys, items, strict=True):
            base.__setitem__(keyed, key, item)
    else:
        set.clear(keyed)
        set.update(keyed, new_keys)


def _base(value: dict) -> Any:
    return collections.OrderedDict if isinstance(value, collections.OrderedDict) else dict


def _are_atoms(items: list[Any]) -> bool:
    return all(issubclass(type(item), ATOMS) for item in items)


def _all_same(items: Any, others: Any) -> bool:
    return all(item is other for item, other in zip(items, others, strict=True))


KINDS: tuple[tuple[type, Callable[..., Any]], ...] = (
    (tuple, copy_tuple),
    (list, copy_list),
    (dict, copy_dict),
    (set, copy_set),
    (frozenset, copy_frozenset),
)
