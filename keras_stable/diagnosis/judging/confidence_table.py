"""How often findings were right in the zoo. Made by `tools/calibrate.py`; docs/confidence.md says how.

From 100 audits of 132 sick and 80 healthy programs. Cross-validated by program, the expected
calibration error of what a report prints is 0.045.
"""

STEPS: dict[str, tuple[tuple[float, float, int], ...]] = {
    "advice": ((0.35, 0.146, 46),),
    "explained": (
        (0.4, 0.031, 94),
        (0.45, 0.056, 70),
        (0.5, 0.075, 51),
        (0.6, 0.261, 44),
        (0.8, 0.317, 58),
    ),
    "first cause": ((0.45, 0.969, 96),),
    "further cause": ((0.4, 0.5, 14),),
}
"""By standing, steps of (lowest score, share of right findings, findings that it comes from), scores rising."""
