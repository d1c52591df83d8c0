"""KS722."""

from collections.abc import Iterator

from keras_stable.diagnosis.facts import CachedDraws, Pipeline, Plan
from keras_stable.diagnosis.rule import Found, Skip, Threshold, rule

CHANGED = Threshold(
    0.25, "Share of the rows that a Python function changes each time. One that draws nothing changes none."
)
ROWS = Threshold(20, "Rows that were read twice, below which nothing is said of what Python draws.")

_NAMED = 2


@rule(
    "KS722",
    "frozen-augmentation",
    remedy="Draw behind the cache: `dataset.cache().shuffle(rows).map(augment).batch(size)`; what `map` does before "
    "`cache()` is done once.",
    explains=("overfitting", "oscillating-loss"),
    thresholds={"changed": CHANGED, "rows": ROWS},
    own=True,
)
def frozen_augmentation(pipeline: Pipeline, plan: Plan) -> Iterator[Found]:
    """A cache stands behind the random changes of the rows, so that every epoch brings the same ones.

    ## What it does

    Looks through the steps of a dataset for its last `cache`, and through the functions before it for random
    operations, those of Keras's layers and of called functions included. Where a Python function stands there, what
    comes before the cache is read twice, and compared. Rows that are made of random numbers, labels that change with
    them, and a plan of one epoch are left alone; where something else is drawn behind the cache it is advice.

    ## Why is this bad

    Augmentation shows each row in another way in every epoch. Behind a cache all that is left of it is one way, as if
    the files had been changed once: the model learns these pictures by heart, and augmentation does nothing.

    ## Example

        dataset.map(augment).cache().shuffle(1000).batch(32)

    ## Use instead

        dataset.cache().shuffle(1000).map(augment).batch(32)
    """
    cached = pipeline.cached
    if cached is None:
        raise Skip("no dataset with a cache")
    if plan.epochs == 1 or cached.drawn_rows or not _draws(cached):
        return
    drawn = ", ".join(cached.operations[:_NAMED])
    what = f"draws random numbers ({drawn})" if drawn else f"changes {cached.changed:.0%} of the rows each time"
    alive = f"; what is drawn behind it ({cached.behind[0]}) still changes" if cached.behind else ""
    yield Found(
        where="data",
        message=f"A function that {what} stands before `cache()`: it runs in the first epoch only, and every later one "
        f"brings the same changes again{alive}.",
        evidence={"operations": len(cached.operations), "changed": cached.changed, "rows": cached.rows},
        threshold=None if drawn else CHANGED.value,
        severity="advice" if cached.behind else None,
        confidence=0.9,
    )


def _draws(cached: CachedDraws) -> bool:
    if cached.operations:
        return True
    return cached.rows >= ROWS.value and cached.changed > CHANGED.value and cached.same_labels
