"""Numbers as people read them."""

import math

_LAST_WITHOUT_EXPONENT = 1e9
_FIRST_WITHOUT_EXPONENT = 1e-4


def significant(value: float | None) -> str:
    """Returns a number with three significant digits, or all digits before the point; "-" for None.

    >>> [significant(value) for value in (112199.8, 8.8, 0.04567, 0.0, 3e-7, 4.2e12, math.inf, None)]
    ['112,200', '8.80', '0.0457', '0', '3.00e-07', '4.20e+12', 'infinite', '-']
    """
    if value is None:
        return "-"
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "-infinite" if value < 0 else "infinite"
    if value == 0:
        return "0"
    if not _FIRST_WITHOUT_EXPONENT <= abs(value) < _LAST_WITHOUT_EXPONENT:
        return f"{value:.2e}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:#.3g}".rstrip(".")


def counted(value: float, noun: str) -> str:
    """Returns a count with its noun, which gets an s where there is not exactly one.

    >>> counted(1, "step"), counted(1200, "step"), counted(0, "step")
    ('1 step', '1,200 steps', '0 steps')
    """
    return f"{count(value)} {noun}{'' if value == 1 else 's'}"


def share(value: float | None) -> str:
    """Returns a number in [0, 1] with three decimals; "-" for None.

    >>> share(0.98), share(None)
    ('0.980', '-')
    """
    return "-" if value is None else f"{value:.3f}"


def count(value: float | None) -> str:
    """Returns a count, or a mean of counts with one decimal; "-" for None.

    >>> count(3.0), count(3.25), count(1200), count(None)
    ('3', '3.2', '1,200', '-')
    """
    if value is None:
        return "-"
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"
