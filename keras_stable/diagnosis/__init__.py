"""The deep audit: what `keras_stable.audit` runs. Importing this package does not import TensorFlow."""

from keras_stable.diagnosis.report import Finding, Report
from keras_stable.diagnosis.rule import Found, Rule, Skip, Threshold, rule

__all__ = ["Finding", "Found", "Report", "Rule", "Skip", "Threshold", "rule"]
