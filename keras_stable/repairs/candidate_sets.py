"""Which sets of remedies are raced against each other. Imports no TensorFlow."""

from collections.abc import Sequence

from keras_stable.repairs.remedies import Remedy, conflict, together

Remedies = tuple[Remedy, ...]

MOST = 9
_ALONE = 4


def candidates(remedies: Sequence[Remedy], measures: Sequence[Remedy], most: int = MOST) -> list[Remedies]:
    """Returns sets of remedies, the likeliest first.

    What is right whatever the figures show goes with every set, and so does a longer training. Beside the remedies of
    what was found there are sets with general measures: what was found need not be all that is wrong.

    Args:
        remedies: of what was found, root causes first.
        measures: general ones.
        most: int, how many sets at most.
    """
    sound = together(remedy for remedy in (*remedies, *measures) if remedy.sound or remedy.longer)
    measures = [measure for measure in measures if not measure.longer]
    others = [remedy for remedy in remedies if remedy not in sound and not _clash(sound, remedy)]
    whole = together([*sound, *others])
    sets: list[Remedies] = []
    if others:
        sets += [(*sound, others[0]), whole]
    elif sound:
        sets.append(sound)
    # Advice is of what need not harm: no measure is tried with it only.
    base = together([*sound, *(remedy for remedy in others if remedy.finding.severity != "advice")])
    sets.append(together([*base, *measures]))
    sets += [together([*base, measure]) for measure in measures[:1]]
    sets += [(*sound, remedy) for remedy in others[1:_ALONE]]
    sets += [together([*base, measure]) for measure in measures[1:]]
    sets.append(together([*base, *measures[:2]]))
    sets.append(together([*sound, *measures]))
    return list(dict.fromkeys(one for one in sets if one))[:most]


def _clash(chosen: Sequence[Remedy], remedy: Remedy) -> bool:
    return any(conflict(one.edits, remedy.edits) for one in chosen)
