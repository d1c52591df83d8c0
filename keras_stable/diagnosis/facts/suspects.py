"""Labels that a model does not believe which was trained without them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Suspects:
    """What copies say of labels, each trained on the other half of the rows.

    Attributes:
        output: str, name of the output.
        samples: int, rows judged; classes: int.
        accuracy: float, share of these rows that the copies give their label; majority_share: float, of the commonest.
        rows: tuple of int, the suspicious rows by their number in the data, the least believed first; at most 1,000.
        labels, guesses: tuples of int, the label of each of them, and what the copies take it for.
        count: int, how many there are.
        far: int, how many of them have a label that more than half of the other classes are likelier than. Where a
            model errs on a sound label, it is among the next ones; a label that was drawn at random is not.
        doubted: int, rows to whose label the copies, once their probabilities are as sure as their errors allow, give
            less than a tenth; doubted_if_sound: float, how many these probabilities expect.
        far_if_sound: float, how many of them would be so if all labels were sound, by the copies' own probabilities.
    """

    output: str = "output"
    samples: int = 1000
    classes: int = 10
    accuracy: float = 0.95
    majority_share: float = 0.1
    rows: tuple[int, ...] = (17, 250, 803)
    labels: tuple[int, ...] = (1, 8, 9)
    guesses: tuple[int, ...] = (8, 3, 5)
    count: int = 3
    far: int = 0
    far_if_sound: float = 0.3
    doubted: int = 0
    doubted_if_sound: float = 0.0
