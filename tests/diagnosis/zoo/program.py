"""What a program of the zoo is, and how it enters the zoo."""

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import keras

Built = tuple[keras.Model, Any, Any, dict[str, Any]]


@dataclass(frozen=True)
class Healthy:
    """A program that trains well; `build(seed)` returns (model, x, y, fit arguments)."""

    name: str
    build: Callable[[int], Built]


@dataclass(frozen=True)
class Sick:
    """A program that does not train, and what may be said about it.

    `causes` are the slugs any of which is a right diagnosis, `first_causes` those that are right as the first finding,
    `stage` is "before" (the model is audited as built) or "after" (it is fitted, and audited with its history), `rule`
    is the slug that the program was made for, None for a program rebuilt from a kind of failure that people report.
    """

    name: str
    build: Callable[[int], Built]
    causes: frozenset[str]
    first_causes: frozenset[str]
    stage: str
    why: str
    rule: str | None = None


HEALTHY: dict[str, Healthy] = {}
SICK: dict[str, Sick] = {}


def seeded(function: Callable[[int], Built]) -> Callable[[int], Built]:
    """Returns the function with every random state set from its seed before it runs."""

    @functools.wraps(function)
    def build(seed: int = 0) -> Built:
        keras.utils.set_random_seed(seed)
        return function(seed)

    return build


def healthy(function: Callable[[int], Built]) -> Callable[[int], Built]:
    """Enters a program into the zoo as healthy."""
    build = seeded(function)
    _enter(HEALTHY, Healthy(function.__name__, build))
    return build


def sick(
    causes: Iterable[str],
    why: str,
    *,
    stage: str = "before",
    first: Iterable[str] | None = None,
    rule: str | None = None,
) -> Callable[[Callable[[int], Built]], Callable[[int], Built]]:
    """Returns a decorator that enters a program as sick; by default every right cause is right as the first."""
    accepted = frozenset(causes)

    def enter(function: Callable[[int], Built]) -> Callable[[int], Built]:
        build = seeded(function)
        program = Sick(
            function.__name__, build, accepted, accepted if first is None else frozenset(first), stage, why, rule
        )
        _enter(SICK, program)
        return build

    return enter


def shows(
    slug: str, why: str, *, stage: str = "before", also: Iterable[str] = (), first: Iterable[str] | None = None
) -> Callable[[Callable[[int], Built]], Callable[[int], Built]]:
    """Returns a decorator for a program that was made to have one defect; `also` are other names of it as first."""
    return sick({slug}, why, stage=stage, first={slug, *also} if first is None else first, rule=slug)


def _enter(zoo: dict[str, Any], program: Healthy | Sick) -> None:
    if program.name in HEALTHY or program.name in SICK:
        raise ValueError(f"Two programs are named {program.name}.")
    zoo[program.name] = program
