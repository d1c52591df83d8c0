"""How often findings were right in the zoo. Made by `tools/calibrate.py`; docs/confidence.md says how.

From 76 audits of 132 sick and 80 healthy programs. Cross-validated by program, the expected
calibration error of what a report prints is 0.055.
"""

STEPS: dict[str, tuple[tuple[float, float, int], ...]] = {
    "advice": ((0.35, 0.114, 33),),
    "explained": (
        (0.4, 0.036, 81),
        (0.45, 0.062, 63),
        (0.5, 0.087, 44),
        (0.6, 0.286, 40),
        (0.8, 0.358, 51),
    ),
    "first cause": ((0.45, 0.961, 75),),
    "further cause": ((0.4, 0.571, 12),),
}
"""By standing, steps of (lowest score, share of right findings, findings that it comes from), scores rising."""
