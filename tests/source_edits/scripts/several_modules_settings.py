"""Settings."""

RATE = 10.0  # of SGD
BATCH_SIZE = 4096
