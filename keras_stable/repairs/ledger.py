"""How much a repair may still train. Imports no TensorFlow."""

from dataclasses import dataclass, field

from keras_stable.diagnosis.evidence.budget import Deadline


@dataclass
class Ledger:
    """Counts training in units of the program's own.

    Attributes:
        budget: float, how many of the program's own trainings may be spent.
        unit: float, rows that the program itself trains on, each time counted.
        deadline: when it all has to end.
        spent: float, rows that were trained on so far.

    >>> ledger = Ledger(3.0, 1000.0)
    >>> ledger.book(500.0)
    >>> ledger.trainings, ledger.left, ledger.allows(2.6)
    (0.5, 2.5, False)
    """

    budget: float
    unit: float
    deadline: Deadline = field(default_factory=Deadline)
    spent: float = 0.0

    def book(self, work: float) -> None:
        """Counts so many rows."""
        self.spent += work

    @property
    def trainings(self) -> float:
        """Returns what was spent, in trainings."""
        return self.spent / self.unit

    @property
    def left(self) -> float:
        """Returns what is left, in trainings."""
        return self.budget - self.trainings

    def allows(self, trainings: float) -> bool:
        """Returns whether so much may still be trained."""
        return trainings <= self.left + 1e-9 and not self.deadline.over
