"""Copies of models and of all that they hold, and what an audit leaves as it was."""
