"""`EpochSteps`: where a `fit` stands in its data, and how another `fit` gets there."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from keras_stable.checkpoints.data_order import cannot_be_replayed, source_of
from keras_stable.errors import CheckpointError
from keras_stable.keras_private import (
    batches_of,
    is_dataset,
    iterator_position,
    replace_steps,
    set_iterator_position,
    steps_of_epoch,
)


@dataclass(frozen=True)
class Position:
    """A place in the data of a `fit`.

    Attributes:
        epoch: int, the epoch that is going on, from 0.
        done: int, calls of the train function that have ended in it.
        passes: int, how often reading of the data had begun before the present pass.
        taken: int, calls of the train function since that began.
        seen: int, as Keras counts the steps of the pass at the beginning of the epoch.
        batches: int or None, batches of an epoch; None as long as that is not known.
        going_on: bool, whether the epoch goes on with a pass that began in an earlier one.
        steps_per_execution, steps_per_epoch: as `fit` has them.
    """

    epoch: int
    done: int
    passes: int
    taken: int
    seen: int
    batches: int | None
    going_on: bool
    steps_per_execution: int
    steps_per_epoch: int | None

    def to_dict(self) -> dict[str, Any]:
        """Returns it as JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Any) -> "Position":
        """Returns the position that some JSON says.

        Raises:
            CheckpointError: it says none.
        """
        names = cls.__dataclass_fields__
        if not isinstance(content, dict) or content.keys() != names.keys():
            raise CheckpointError("The checkpoint does not say where in the data it is")
        if any(type(value) not in (int, bool, type(None)) or (value or 0) < 0 for value in content.values()):
            raise CheckpointError("The checkpoint says no place in the data")
        return cls(**content)


class Follower:
    """What is told of the steps of a `fit`, and answers for it; each method may be overridden."""

    def pass_begins(self, number: int) -> None:
        """Called before the data are read anew, for the `number`-th time."""

    def keep_data_state(self) -> None:
        """Called where reading begins that a later process may have to do again."""

    def restore_data_state(self) -> None:
        """Called before such reading is done again."""

    def read_again(self, batches: Any) -> bool:
        """Called in the place of reading what one step takes; returns whether it has read that."""
        return False

    def skipped(self) -> bool:
        """Called where `fit` is to go on; returns whether anything of the epoch is left to do."""
        return True


class EpochSteps:
    """Counts the steps of a `fit`, and has its first epoch begin in the middle.

    `fit` asks its epoch iterator for the steps of each epoch. This class stands between: in the first epoch of a
    `fit` that resumes, it reads the batches that were trained on before and hands out the steps after them, under
    their own numbers.

    Args:
        iterator: the epoch iterator of `fit`.
        follower: is told.

    Attributes:
        epoch, done: as in `Position`.
        obstacles: list of str, what keeps the data from being replayed.
    """

    def __init__(self, iterator: Any, follower: Follower) -> None:
        self.obstacles = cannot_be_replayed(iterator)
        self.epoch, self.done = 0, 0
        self._iterator, self._follower = iterator, follower
        self._passes, self._taken = 0, 0
        self._at_begin = iterator_position(iterator)
        self._target: Position | None = None
        self._original = steps_of_epoch(iterator)
        replace_steps(iterator, self._steps, lambda: _Pass(self._begin_pass))

    @property
    def replays(self) -> bool:
        """Whether a later process can get to the middle of an epoch."""
        return not self.obstacles

    def position(self) -> Position:
        """Returns where `fit` is."""
        at = self._at_begin
        passes = self._passes - 1 if self.done or at["going_on"] else self._passes
        return Position(
            epoch=self.epoch,
            done=self.done,
            passes=max(passes, 0),
            taken=self._taken,
            seen=at["seen"],
            batches=at["batches"],
            going_on=at["going_on"],
            steps_per_execution=self._iterator.steps_per_execution,
            steps_per_epoch=self._iterator.steps_per_epoch,
        )

    def next_position(self, epoch: int) -> Position:
        """Returns where `fit` is when the next epoch begins."""
        self._at_begin = iterator_position(self._iterator)
        self.epoch, self.done = epoch, 0
        return self.position()

    def go_to(self, position: Position) -> None:
        """Has the first epoch begin at a position.

        Raises:
            CheckpointError: `fit` reads its data in other steps than the one that was there.
        """
        own = (self._iterator.steps_per_execution, self._iterator.steps_per_epoch)
        if own != (position.steps_per_execution, position.steps_per_epoch):
            raise CheckpointError(
                "`fit` must have the arguments it had: (steps_per_execution, steps_per_epoch) is "
                f"{own} and was {(position.steps_per_execution, position.steps_per_epoch)}"
            )
        number, earlier = self._iterator.num_batches, position.batches
        if position.steps_per_epoch is None and None not in (number, earlier) and number != earlier:
            raise CheckpointError(f"The data must be those of before: an epoch has {number} batches, not {earlier}")
        self.epoch, self._target = position.epoch, position

    def _begin_pass(self) -> Any:
        self._passes, self._taken = self._passes + 1, 0
        self._follower.pass_begins(self._passes)
        return iter(batches_of(self._iterator))

    def _steps(self) -> Iterator[Any]:
        target, self._target = self._target, None
        self._at_begin, self.done = iterator_position(self._iterator), 0
        if target is None:
            if not self._at_begin["going_on"] or not self._taken:
                self._follower.keep_data_state()
            steps = self._original()
        else:
            steps = self._skip_to(target)
            if not self._follower.skipped():
                return
        for step in steps:
            self.done, self._taken = self.done + 1, self._taken + 1
            yield step

    def _skip_to(self, target: Position) -> Iterator[Any]:
        """Reads what was read before the target, and returns the steps from there on."""
        # A dataset that shuffles anew in each pass draws when a pass begins. Others have no memory.
        passes = target.passes if is_dataset(source_of(self._iterator)) else 0
        for _ in range(passes):
            self._begin_pass()
        self._passes, current = target.passes, None
        if target.done or target.going_on:
            self._follower.restore_data_state()
        self._follower.keep_data_state()
        if target.going_on:
            current = self._begin_pass()
            self._read(current, target.taken)
        set_iterator_position(self._iterator, target.seen, target.batches, current)
        self._at_begin = iterator_position(self._iterator) | {"seen": target.seen, "going_on": target.going_on}
        steps = self._original()
        for _ in range(target.done):
            step = next(steps, None)
            if step is None:
                raise CheckpointError("The data have fewer batches than were trained on before")
            if not target.going_on:
                self._read(step[-1], 1)
        self.done, self._taken = target.done, target.taken
        return steps

    def _read(self, batches: Any, count: int) -> None:
        for _ in range(count):
            if self._follower.read_again(batches):
                continue
            for _ in range(self._iterator.steps_per_execution):
                if next(batches, None) is None:
                    return


class _Pass:
    """What Keras begins a pass over the data with: `iter` of it."""

    def __init__(self, begin: Callable[[], Any]) -> None:
        self._begin_pass = begin

    def __iter__(self) -> Any:
        return self._begin_pass()
