"""What `keras_stable.repair` does: edits made on a copy, raced, proven, and shrunk."""
