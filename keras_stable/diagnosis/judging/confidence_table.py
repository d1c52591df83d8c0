"""How often findings were right in the zoo. Made by `tools/calibrate.py`; docs/confidence.md says how.

From 350 audits of 140 sick and 105 healthy programs. Cross-validated by program, the expected
calibration error of what a report prints is 0.027.
"""

STEPS: dict[str, tuple[tuple[float, float, int], ...]] = {
    "advice": (
        (0.35, 0.06, 149),
        (0.85, 0.5, 4),
    ),
    "explained": (
        (0.35, 0.08, 136),
        (0.45, 0.087, 171),
        (0.6, 0.303, 64),
        (0.8, 0.304, 77),
    ),
    "first cause": (
        (0.45, 0.6, 13),
        (0.65, 0.833, 10),
        (0.8, 0.933, 43),
        (0.95, 0.984, 61),
    ),
    "further cause": (
        (0.4, 0.267, 13),
        (0.97, 0.667, 4),
    ),
}
"""By standing, steps of (lowest score, share of right findings, findings that it comes from), scores rising."""
