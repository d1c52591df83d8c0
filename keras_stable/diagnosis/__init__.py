"""The deep audit: what `keras_stable.audit` runs. Importing this package does not import TensorFlow."""

from keras_stable.diagnosis.reporting.finding import Finding
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.diagnosis.rule import Found, Rule, Skip, Threshold, rule

__all__ = ["Finding", "Found", "Report", "Rule", "Skip", "Threshold", "rule"]
