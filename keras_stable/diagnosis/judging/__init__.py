"""Runs the rules, judges whether the model learns, and tells causes from symptoms."""
