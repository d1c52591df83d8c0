"""Edits of a training program, made in the source of its scripts. Without TensorFlow, and nothing is run."""
