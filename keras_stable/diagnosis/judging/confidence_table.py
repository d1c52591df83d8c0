"""How often findings were right in the zoo. Made by `tools/calibrate.py`; docs/confidence.md says how.

From 292 audits of 132 sick and 80 healthy programs. Cross-validated by program, the expected
calibration error of what a report prints is 0.032.
"""

STEPS: dict[str, tuple[tuple[float, float, int], ...]] = {
    "advice": (
        (0.35, 0.064, 123),
        (0.85, 0.571, 5),
    ),
    "explained": (
        (0.35, 0.066, 286),
        (0.6, 0.295, 59),
        (0.8, 0.344, 62),
        (0.95, 0.429, 5),
    ),
    "first cause": (
        (0.45, 0.75, 18),
        (0.65, 0.846, 11),
        (0.8, 0.943, 33),
        (0.95, 0.982, 55),
    ),
    "further cause": ((0.4, 0.389, 16),),
}
"""By standing, steps of (lowest score, share of right findings, findings that it comes from), scores rising."""
