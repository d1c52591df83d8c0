"""How often findings were right in the zoo. Made by `tools/calibrate.py`; docs/confidence.md says how.

From 292 audits of 132 sick and 80 healthy programs. Cross-validated by program, the expected
calibration error of what a report prints is 0.029.
"""

STEPS: dict[str, tuple[tuple[float, float, int], ...]] = {
    "advice": (
        (0.35, 0.067, 118),
        (0.75, 0.333, 4),
        (0.85, 0.571, 5),
    ),
    "explained": (
        (0.35, 0.069, 286),
        (0.6, 0.254, 57),
        (0.8, 0.354, 63),
        (0.95, 0.5, 8),
    ),
    "first cause": (
        (0.45, 0.75, 18),
        (0.65, 0.867, 13),
        (0.8, 0.941, 32),
        (0.95, 0.982, 54),
    ),
    "further cause": (
        (0.4, 0.286, 12),
        (0.96, 0.833, 4),
    ),
}
"""By standing, steps of (lowest score, share of right findings, findings that it comes from), scores rising."""
