"""What the model does along the time axis of its sequences, and where these are padded."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TimeLayer:
    """A layer that mixes the steps of a sequence.

    Attributes:
        path: str; kind: str, class name.
        source: str, name of the input, or path of the embedding, that the sequence comes from.
        mixing: str, "recurrent" (forward in time), "backwards", "bidirectional", "attention", "average", "maximum"
            or "convolution".
        steps: int, time steps that enter; features: int, values a step.
        last: bool, whether it gives one vector a sequence.
        stateful: bool, whether it carries its state from batch to batch.
        begun: bool, whether it is given a state to begin with.
        hidden: float, share of the steps that a mask hides from it; NaN without a mask.
        lost: str, path of the layer that takes a mask and hands none on, on the way here; "" without one.
        kernel: int, steps that a convolution sees at once; 0 for others.
    """

    path: str = "lstm"
    kind: str = "LSTM"
    source: str = "input"
    mixing: str = "recurrent"
    steps: int = 20
    features: int = 8
    last: bool = True
    stateful: bool = False
    begun: bool = False
    hidden: float = float("nan")
    lost: str = ""
    kernel: int = 0


@dataclass(frozen=True)
class Padding:
    """Steps of one value that fill sequences up to one length.

    Attributes:
        source: str, name of the input, or path of the embedding that the ids enter.
        side: "end" or "start", where most of them are.
        value: float, of a padded step (the first feature of it); uniform: bool, whether all its features are equal.
        share: float, of all steps.
        shortest, median, longest: int, steps of a sequence without its padding.
        steps: int, with it.
        ids: bool, whether the steps are numbers of words and the like.
        washed_out: float, share of the padded sequences whose steps change the answer less than a tenth as much as
            they do with the padding on the other side; NaN where it was not measured.
        moved: float, how far the answers move when the padding goes to the other side, in standard deviations of
            the answers; NaN where it was not measured.
    """

    source: str = "input"
    side: str = "end"
    value: float = 0.0
    share: float = 0.2
    shortest: int = 10
    median: int = 16
    longest: int = 20
    steps: int = 20
    ids: bool = False
    uniform: bool = True
    washed_out: float = float("nan")
    moved: float = float("nan")


@dataclass(frozen=True)
class CarriedState:
    """Layers that carry their state from batch to batch, and in which order the batches come.

    Attributes:
        layers: tuple of str, their paths.
        shuffled: str, what is in random order: "rows", "batches", "stream" (a dataset that differs from pass to
            pass), or "" for nothing that was seen.
    """

    layers: tuple[str, ...] = ()
    shuffled: str = ""


@dataclass(frozen=True)
class Axes:
    """How the values of an input run along its steps and its features.

    Attributes:
        name: str, of the input.
        steps, features: int.
        along_steps, along_features: float, correlation of neighbours along either axis, after the mean of each
            sequence; NaN where it was not measured.
        interleaved: float, the same of features as many apart as there are steps: what a reshape leaves of an
            exchange of the axes.
        windows: str, along which axis a row is the row before moved by one: "steps", "features", or "".
    """

    name: str = "input"
    steps: int = 20
    features: int = 4
    along_steps: float = 0.5
    along_features: float = 0.0
    interleaved: float = 0.0
    windows: str = ""


@dataclass(frozen=True)
class Folding:
    """How rough the values of an input are along its memory, which a `reshape` leaves as it is.

    All figures are mean squared differences of two values, over the same of any two values of a series.

    Attributes:
        name: str, of the input; shape: tuple of int, of a row, with the channels last.
        along: float, of neighbours in memory.
        steps: float, of neighbours along the steps that the shape names, in one channel.
        wraps: float, of neighbours in memory from the last channel of a step to the first of the next.
        ends: float, of neighbours in memory where one channel would end, and the next begin, if the channels stood one
            after the other.
        deviations: float, by how many standard errors `steps` and `ends` are above `along`, the smaller of both.
    """

    name: str = "input"
    shape: tuple[int, ...] = (40, 3)
    along: float = 1.0
    steps: float = 0.3
    wraps: float = 1.0
    ends: float = 1.0
    deviations: float = -20.0


@dataclass(frozen=True)
class InnerZeros:
    """Id 0 where it stands between other ids of a sequence, and is no padding at its end or start.

    Attributes:
        rows: float, share of the sequences that have such a 0.
        share: float, of the ids between the first and the last that is not 0.
        next_share: float, of the commonest other id among the same.
        others: int, different other ids.
        followed: int, how many of these zeros another 0 follows; expected: float, how many would in random order. More
            are so in gaps, and in rows that differ in how many words are unknown; fewer of a word that is one.
        aligned: float, share of the runs of zeros that end at the same step as most do, as where two sequences are
            filled up one by one and joined.
        told: float, correlation of having such a 0 with the labels, in standard deviations of labels that have nothing
            to do with it; NaN where a row has not one label.
    """

    rows: float = 0.5
    share: float = 0.1
    next_share: float = 0.05
    others: int = 500
    followed: int = 20
    expected: float = 20.0
    aligned: float = 0.1
    told: float = float("nan")

    @property
    def again(self) -> float:
        """Returns how many zeros follow zeros, over how many would in random order."""
        return self.followed / self.expected if self.expected > 0 else 0.0


@dataclass(frozen=True)
class Words:
    """The ids of sequences that are looked up in an embedding, without their padding.

    Attributes:
        layer: str, path of the embedding.
        size: int, ids that it has vectors for.
        count: int, ids that were seen; distinct: int, different ones.
        commonest: int, the id that occurs most; share: float, of all.
        zeros: `InnerZeros`, where id 0 stands between other ids; None where it never does.
        zero_is_masked: bool, whether the embedding hides id 0 (`mask_zero=True`).
    """

    layer: str = "embedding"
    size: int = 1000
    count: int = 5000
    distinct: int = 800
    commonest: int = 2
    share: float = 0.06
    zeros: InnerZeros | None = None
    zero_is_masked: bool = False
