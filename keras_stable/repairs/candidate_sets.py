"""Which sets of remedies are raced against each other. Imports no TensorFlow."""

from collections.abc import Sequence

from keras_stable.repairs.remedies import Remedy, conflict, together

Remedies = tuple[Remedy, ...]

_MOST = 9
_ALONE = 4


def candidates(remedies: Sequence[Remedy], measures: Sequence[Remedy]) -> list[Remedies]:
    """Returns sets of remedies, the likeliest first, at most nine.

    What is right whatever the figures show goes with every set. Beside the remedies of what was found there are
    sets with general measures: what was found need not be all that is wrong.

    Args:
        remedies: of what was found, root causes first.
        measures: general ones.
    """
    sound = together(remedy for remedy in remedies if remedy.sound)
    others = [remedy for remedy in remedies if not remedy.sound and not _clash(sound, remedy)]
    whole = together([*sound, *others])
    sets: list[Remedies] = []
    if others:
        sets.append((*sound, others[0]))
        sets.append(whole)
        sets += [(*sound, remedy) for remedy in others[1:_ALONE]]
    elif sound:
        sets.append(sound)
    base = whole if len(whole) > len(sound) else sound
    sets += [together([*base, measure]) for measure in measures]
    sets.append(together([*base, *measures[:2]]))
    sets.append(together([*base, *measures]))
    if others:
        sets.append(together([*sound, *measures]))
    return list(dict.fromkeys(one for one in sets if one))[:_MOST]


def _clash(chosen: Sequence[Remedy], remedy: Remedy) -> bool:
    return any(conflict(one.edits, remedy.edits) for one in chosen)
