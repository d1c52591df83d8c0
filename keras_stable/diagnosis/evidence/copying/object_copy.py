"""A copy of an object and of all that it holds, closures and TensorFlow variables included."""

import copy
import functools
import inspect
import pickle
import re
import types
from collections.abc import Callable, Hashable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_stable.diagnosis.evidence.copying import container_copy, function_copy
from keras_stable.keras_private import variable_key

_NODE_KEY = re.compile(r"(\d+)(_ib-\d+)")
_SHARED = (
    *container_copy.ATOMS,
    type,
    types.ModuleType,
    types.CodeType,
    types.BuiltinFunctionType,
    types.GenericAlias,
    property,
    re.Pattern,
    inspect.Signature,
    inspect.Parameter,
    np.dtype,
    np.generic,
    np.ufunc,
    tf.Tensor,
    tf.RaggedTensor,
    tf.SparseTensor,
    tf.IndexedSlices,
    tf.DType,
    tf.TensorShape,
    tf.TypeSpec,
    tf.Graph,
    tf.Operation,
    tf.data.Dataset,
    tf.data.Iterator,
    tf.distribute.Strategy,
    # Lookup tables: nothing writes to them once their layer was adapted.
    tf.saved_model.experimental.TrackableResource,
)
_CANNOT_PICKLE = (TypeError, ValueError, AttributeError, NotImplementedError, RuntimeError, pickle.PicklingError)


class ObjectCopier:
    """Copies objects attribute by attribute, without calling any of their constructors or setters.

    `copy.deepcopy` saves and loads a Keras object, which fails for classes and functions that Keras does not
    know, and it shares functions, among them the closures over the original with which Keras wraps each layer's
    `build`. Here closures, bound methods, weak references and global names that hold a layer or a variable lead
    to the copies, and keys that were made from an `id()` or a variable's unique id are made anew. What cannot
    change (tensors, types, data sets, importable functions) and what nobody can copy (locks, files) is shared.
    The work is a list and not a recursion, so the depth of a model has no limit.

    >>> def counter():
    ...     counts = []
    ...     return counts, lambda: counts.append(1)
    >>> counts, count = counter()
    >>> copied_counts, copied_count = ObjectCopier().copy((counts, count))
    >>> copied_count()
    >>> counts, copied_counts
    ([], [1])
    """

    def __init__(self) -> None:
        self._copies: dict[int, Any] = {}
        # An id is only unique as long as its object lives.
        self._originals: list[Any] = []
        self._soon: list[Callable[[], None]] = []
        self._late: list[Callable[[], None]] = []
        self._keyed: list[dict | set] = []
        self._new_keys: dict[Hashable, Hashable] = {}

    def copy(self, value: Any) -> Any:
        """Returns the whole copy; the copies that one copier makes share what their originals share.

        Raises:
            CannotCopyError: When a function that was loaded from a file holds trainable variables.
        """
        copied = self.begin(value)
        while self._soon or self._late:
            (self._soon or self._late).pop()()
        for keyed in self._keyed:
            container_copy.renew_keys(keyed, self._new_key)
        self._keyed.clear()
        return copied

    def leave_out(self, value: Any) -> None:
        """Puts None in place of the value wherever it occurs."""
        self._copies[id(value)] = None
        self._originals.append(value)

    def begin(self, value: Any) -> Any:
        """Returns the copy, whose contents may still be missing."""
        if id(value) in self._copies:
            return self._copies[id(value)]
        kind = type(value)
        if issubclass(kind, tf.Variable):
            # Before what is shared: a variable counts as a composite tensor too.
            copied = copy.deepcopy(value, {})
            self._new_keys[variable_key(value)] = variable_key(copied)
            return self.remember(value, copied)
        if issubclass(kind, _SHARED):
            return value
        if issubclass(kind, np.ndarray):
            return self.remember(value, value.copy())
        for base, make in (*container_copy.KINDS, *function_copy.KINDS):
            if issubclass(kind, base):
                return make(self, value)
        if hasattr(kind, "__wrapped__"):
            return self.remember(value, kind(self.begin(value.__wrapped__)))
        return self._object(value) if _is_plain(kind) else self._reduced(value)

    def remember(self, value: Any, copied: Any) -> Any:
        """Returns the copy, which from now on stands for the value."""
        self._copies[id(value)] = copied
        self._originals.append(value)
        self._new_keys[id(value)] = id(copied)
        if isinstance(copied, dict | set):
            self._keyed.append(copied)
        return copied

    def fill(self, task: Callable[[], None], *, late: bool = False) -> None:
        """Schedules a task that fills in contents; a late one runs after all that a hash or foreign code may see."""
        (self._late if late else self._soon).append(task)

    def settle(self) -> None:
        """Fills in now what was scheduled so far, except for what is late."""
        while self._soon:
            self._soon.pop()()

    def fill_attributes(self, value: Any, copied: Any) -> None:
        """Copies what is in `__dict__` and in slots."""
        for name, attribute in list(getattr(value, "__dict__", {}).items()):
            copied.__dict__[name] = self.begin(attribute)
        kind: type = type(value)
        for slot in _slots(kind):
            try:
                attribute = slot.__get__(value)
            except AttributeError:
                continue
            slot.__set__(copied, self.begin(attribute))

    def _object(self, value: Any) -> Any:
        try:
            copied = object.__new__(type(value))
        except TypeError:
            return value
        self.fill(lambda: self.fill_attributes(value, copied))
        return self.remember(value, copied)

    def _reduced(self, value: Any) -> Any:
        try:
            parts = value.__reduce_ex__(4)
        except _CANNOT_PICKLE:
            return value
        if isinstance(parts, str):
            return value
        make, arguments, state, items, pairs = (*parts, None, None, None)[:5]
        self._originals.append(parts)
        copied = self.remember(value, make(*map(self.begin, arguments)))
        if copied is value:
            return value
        items, pairs = [*map(self.begin, items or ())], [(self.begin(k), self.begin(v)) for k, v in pairs or ()]
        state = self.begin(state)

        def fill() -> None:
            for item in items:
                copied.append(item)
            for key, item in pairs:
                copied[key] = item
            if state is not None:
                _set_state(copied, state)

        self.fill(fill, late=True)
        return copied

    def _new_key(self, key: Hashable) -> Hashable:
        if isinstance(key, str):
            # A functional model's set of nodes: the operation's id, and the number of its call.
            node = _NODE_KEY.fullmatch(key)
            if node:
                return f"{self._new_keys.get(int(node[1]), node[1])}{node[2]}"
        return self._new_keys.get(key, key) if isinstance(key, int | str) else key


@functools.cache
def _slots(kind: type) -> tuple[Any, ...]:
    slotted = [vars(base) for base in kind.__mro__ if "__slots__" in vars(base)]
    return tuple(one for names in slotted for one in names.values() if isinstance(one, types.MemberDescriptorType))


def _is_plain(kind: type) -> bool:
    # Looked up here: this package replaces it when it is first needed.
    if kind.__reduce__ is keras.Layer.__reduce__:
        return True
    own = kind.__reduce_ex__ is not object.__reduce_ex__ or kind.__reduce__ is not object.__reduce__
    return not own and kind.__getstate__ is object.__getstate__ and not hasattr(kind, "__setstate__")


def _set_state(copied: Any, state: Any) -> None:
    if hasattr(copied, "__setstate__"):
        copied.__setstate__(state)
        return
    attributes, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
    copied.__dict__.update(attributes or {})
    for name, attribute in (slots or {}).items():
        setattr(copied, name, attribute)
