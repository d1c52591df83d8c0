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
    # Advice is of what need not harm: measures are tried before it, and not only together with it.
    grave = [remedy for remedy in others if remedy.finding.severity != "advice"]
    hints = [remedy for remedy in others if remedy not in grave]
    base = together([*sound, *grave])
    sets: list[Remedies] = [(*sound, *grave[:1]), base]
    if measures:
        sets += [together([*base, *measures]), together([*base, measures[0]])]
    sets += [(*sound, remedy) for remedy in (*grave[1:], *hints)[:_ALONE]]
    sets.append(together([*base, *hints]))
    sets += [together([*base, measure]) for measure in measures[1:]]
    sets += [together([*base, *measures[:2]]), together([*sound, *measures])]
    return list(dict.fromkeys(one for one in sets if one and (one != sound or not others)))[:most]


def _clash(chosen: Sequence[Remedy], remedy: Remedy) -> bool:
    return any(conflict(one.edits, remedy.edits) for one in chosen)
