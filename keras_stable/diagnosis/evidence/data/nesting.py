"""Lists, tuples and dicts of arrays, as Keras takes several inputs or outputs. Imports no TensorFlow."""

from collections.abc import Callable, Sequence
from typing import Any


def mapped(function: Callable[[Any], Any], structure: Any) -> Any:
    """Returns the same nesting with a function applied to every leaf; None stays None.

    >>> mapped(abs, {"a": [-1, None], "b": (-2,)})
    {'a': [1, None], 'b': (2,)}
    """
    if structure is None:
        return None
    if isinstance(structure, dict):
        return {key: mapped(function, value) for key, value in structure.items()}
    if isinstance(structure, tuple) and hasattr(structure, "_fields"):
        return type(structure)(*(mapped(function, value) for value in structure))
    if isinstance(structure, list | tuple):
        return type(structure)(mapped(function, value) for value in structure)
    return function(structure)


def leaves(structure: Any) -> list[Any]:
    """Returns the leaves from left to right; None is no leaf.

    >>> leaves({"a": [1, None], "b": (2,)})
    [1, 2]
    """
    flat: list[Any] = []
    mapped(flat.append, structure)
    return flat


def merged(function: Callable[[list[Any]], Any], structures: Sequence[Any]) -> Any:
    """Returns the nesting that all have in common, with a function applied to the list of leaves at each place.

    >>> merged(sum, [{"a": 1, "b": [2]}, {"a": 10, "b": [20]}])
    {'a': 11, 'b': [22]}
    """
    columns = zip(*map(leaves, structures), strict=True)
    return mapped(lambda _: function(list(next(columns))), structures[0])


def named(structure: Any, names: Sequence[str] | None, otherwise: str) -> list[tuple[str, Any]]:
    """Returns the leaves with their names.

    Of a dict that has them all, those in `names` are taken in that order; else the names go to the leaves one by
    one.

    Args:
        structure: the nesting.
        names: sequence of str, or None where nobody knows them.
        otherwise: str, what to call a leaf without a name; the second is `<otherwise>_1`.

    >>> named({"a": 1, "b": 2}, ["b", "a"], "input"), named([1, 2], None, "input")
    ([('b', 2), ('a', 1)], [('input', 1), ('input_1', 2)])
    """
    if isinstance(structure, dict):
        if names is not None and set(names) <= set(structure):
            return [(name, structure[name]) for name in names]
        flat = [(key, leaf) for key, value in structure.items() for leaf in leaves(value)]
        if len(flat) == len(structure):
            return [(str(key), leaf) for key, leaf in flat]
    parts = leaves(structure)
    if names is None or len(names) != len(parts):
        names = [otherwise if index == 0 else f"{otherwise}_{index}" for index in range(len(parts))]
    return list(zip(names, parts, strict=True))
