"""How often findings were right in the zoo. Made by `tools/calibrate.py`; docs/confidence.md says how.

From 334 audits of 132 sick and 101 healthy programs. Cross-validated by program, the expected
calibration error of what a report prints is 0.025.
"""

STEPS: dict[str, tuple[tuple[float, float, int], ...]] = {
    "advice": (
        (0.35, 0.055, 143),
        (0.85, 0.375, 6),
    ),
    "explained": (
        (0.35, 0.084, 129),
        (0.45, 0.089, 166),
        (0.6, 0.311, 59),
        (0.8, 0.338, 63),
        (0.95, 0.429, 5),
    ),
    "first cause": (
        (0.45, 0.6, 13),
        (0.65, 0.833, 10),
        (0.8, 0.951, 39),
        (0.95, 0.983, 57),
    ),
    "further cause": (
        (0.4, 0.267, 13),
        (0.97, 0.667, 4),
    ),
}
"""By standing, steps of (lowest score, share of right findings, findings that it comes from), scores rising."""
